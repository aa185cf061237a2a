# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading files whose kind and size are not known: never waits, never reads without end.

Everything here raises OSError, with a ``strerror`` that says what is wrong with the file.
"""

from __future__ import annotations

import errno
import os
import stat

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a circular symbolic link"),
)
# A FIFO that replaces a file after the check must not block, and a terminal must not become ours.
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_CHUNK = 1 << 20
# A folder in the path need not be readable.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC


def read_regular(path: str, limit: int) -> bytes:
    """Return the content of a regular file of at most ``limit`` bytes. Links are followed."""
    return _read(open_regular(path), limit)


def open_regular(path: str) -> int:
    """Return a descriptor for reading a regular file. Links are followed."""
    try:
        return _opened(path, None, _FLAGS)
    except ValueError as error:
        raise _bad_name() from error


def read_below(folder: str, path: str, limit: int) -> bytes:
    """Return the content of a regular file that is below a folder once links are resolved.

    The folder itself may be a link.
    """
    return _read(open_below(folder, path), limit)


def open_below(folder: str, path: str) -> int:
    """Return a descriptor for reading such a file as ``read_below`` reads."""
    try:
        return _opened_below(folder, path)
    except ValueError as error:
        raise _bad_name() from error


def resolved_below(folder: str, path: str) -> str:
    """Return the path relative to the folder, with links resolved."""
    root = os.path.realpath(folder)
    real = os.path.realpath(os.path.join(root, path))
    if os.path.commonpath([root, real]) != root:
        raise OSError(errno.EXDEV, "it points outside the folder, to {0!r}".format(real))
    return os.path.relpath(real, root)


def kind_problem(mode: int) -> str:
    """Return why a file of this mode is not read; empty for a regular one."""
    for is_of_kind, name in _KINDS:
        if is_of_kind(mode):
            return "it is {0}, not a regular file".format(name)
    return ""


def _opened_below(folder: str, path: str) -> int:
    """Open component by component: a link that appears in the meantime is rejected, not
    followed.
    """
    *parents, name = resolved_below(folder, path).split(os.sep)
    current = os.open(os.path.realpath(folder), _FOLDER)
    try:
        for parent in parents:
            inner = os.open(parent, _FOLDER | os.O_NOFOLLOW, dir_fd=current)
            os.close(current)
            current = inner
        return _opened(name, current, _FLAGS | os.O_NOFOLLOW)
    finally:
        os.close(current)


def _opened(path: str, folder: int | None, flags: int) -> int:
    """Open a regular file. Its kind is checked first, too: opening a device can act on it."""
    follows = not flags & os.O_NOFOLLOW
    _refuse_special(os.stat(path, dir_fd=folder, follow_symlinks=follows).st_mode)
    descriptor = os.open(path, flags, dir_fd=folder)
    try:
        _refuse_special(os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_special(mode: int) -> None:
    problem = kind_problem(mode)
    if problem:
        raise OSError(errno.EINVAL, problem)


def _read(descriptor: int, limit: int) -> bytes:
    """Read to the end and close. The size is not trusted: files can grow, and files of the kernel
    have none.
    """
    content = bytearray()
    try:
        if os.fstat(descriptor).st_size > limit:
            raise _too_large(limit)
        while True:
            chunk = os.read(descriptor, _CHUNK)
            if not chunk:
                return bytes(content)
            content += chunk
            if len(content) > limit:
                raise _too_large(limit)
    finally:
        os.close(descriptor)


def _too_large(limit: int) -> OSError:
    return OSError(errno.EFBIG, "it is larger than {0}".format(_shown(limit)))


def _shown(size: int) -> str:
    return "{0} MiB".format(size >> 20) if size >= 1 << 20 else "{0} KiB".format(size >> 10)


def _bad_name() -> OSError:
    return OSError(errno.EINVAL, "its name contains a NUL character or is not valid UTF-8")
