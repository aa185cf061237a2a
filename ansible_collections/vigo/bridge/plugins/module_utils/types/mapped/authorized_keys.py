# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys with which a user can log in by SSH: the file's exact content.

The user can write to the folders in the path, and this may run as root, so no link is followed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import secrets
import stat
from typing import Iterator

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ..ansible_module.part import Change
from ..target import Target

_FOLDER, _FILE = ".ssh", "authorized_keys"
_MOST_BYTES = 1 << 20
_TEMPORARY = f".{_FILE}.vigo-"


@dataclass(frozen=True)
class _Found:
    content: bytes | None
    is_safe: bool = True


@dataclass(frozen=True)
class AuthorizedKeys:
    """content: may hold references to secrets. makes_home: whether the module creates the home."""

    user: str
    content: str
    makes_home: bool

    def look(self, target: Target) -> Change | None:
        wanted = self._bytes(target)
        account = _account_of(self.user)
        if account is None:
            return Change("authorized_keys changed", _diff(b"", wanted))
        if not os.path.isdir(account.pw_dir):
            if target.check_mode and self.makes_home:
                return Change("authorized_keys changed", _diff(b"", wanted))
            raise ResourceError(
                f"authorized_keys: the home folder {account.pw_dir} does not exist; set"
                " manage_home: true, or create it first"
            )
        with _home(account) as home:
            found = _present(home, account)
        if found.content == wanted and found.is_safe:
            return None
        return Change("authorized_keys changed", _diff(found.content or b"", wanted))

    def apply(self, target: Target) -> None:
        account = _account_of(self.user)
        if account is None:
            raise ResourceError(f"authorized_keys: user {self.user!r} does not exist")
        with _home(account) as home:
            is_new = _make_folder(home)
            with _opened(_FOLDER, home, account) as folder:
                if is_new:
                    # Through the descriptor: the path may lead to another file by now.
                    os.fchown(folder, account.pw_uid, account.pw_gid)
                _write(folder, self._bytes(target), account)

    def _bytes(self, target: Target) -> bytes:
        return target.secrets.reveal(self.content).encode("utf-8", "surrogateescape")


def _make_folder(home: int) -> bool:
    """Create the folder, and return whether it was missing."""
    try:
        os.mkdir(_FOLDER, 0o700, dir_fd=home)
    except FileExistsError:
        return False
    return True


def _account_of(user: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(user)
    except KeyError:
        return None


@contextlib.contextmanager
def _home(account: pwd.struct_passwd) -> Iterator[int]:
    descriptor = os.open(account.pw_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _opened(name: str, above: int, account: pwd.struct_passwd) -> Iterator[int]:
    """Open a folder that is no link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        descriptor = os.open(name, flags, dir_fd=above)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        path = os.path.join(account.pw_dir, name)
        raise ResourceError(
            f"authorized_keys: {path} is not a folder, or is a symbolic link, which is not"
            " followed; remove it"
        ) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _present(home: int, account: pwd.struct_passwd) -> _Found:
    """Return the file's content; None if it is missing or has to be replaced."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        with _opened(_FOLDER, home, account) as folder:
            descriptor = os.open(_FILE, flags, dir_fd=folder)
    except FileNotFoundError:
        return _Found(None)
    except OSError as error:
        # A link or a socket is replaced, and never read.
        if error.errno in (errno.ELOOP, errno.ENXIO):
            return _Found(None)
        raise
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        # A hard link may be of a file that the user must not read.
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            return _Found(None)
        content = stream.read(_MOST_BYTES + 1)
    # sshd ignores the file unless these match.
    is_owned = status.st_uid in (0, account.pw_uid)
    return _Found(content, is_owned and not status.st_mode & 0o022)


def _write(folder: int, content: bytes, account: pwd.struct_passwd) -> None:
    """Put a complete file in place of what is there."""
    name = _TEMPORARY + secrets.token_hex(8)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(name, flags, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, 0o600)
            os.fchown(descriptor, account.pw_uid, account.pw_gid)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        os.rename(name, _FILE, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        raise


def _diff(before: bytes, after: bytes) -> dict[str, str]:
    return {
        "before_header": _FILE,
        "after_header": _FILE,
        "before": before.decode("utf-8", "replace"),
        "after": after.decode("utf-8", "replace"),
    }
