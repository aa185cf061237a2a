# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the members of an archive of any format. Members that could lead outside of the folder are
refused.

Names, targets of links, kinds and modes of files are not trusted.
"""

from __future__ import annotations

import contextlib
import lzma
import stat
import tarfile
import zipfile
import zlib
from typing import IO, Any, Callable, Iterator, Tuple, Union

from ...common.dataclass import dataclass
from ...common.errors import ResourceError

FOLDER, FILE, LINK, COPY = "folder", "file", "link", "copy"
#: The longest target of a link, in bytes.
_LONGEST_LINK = 4096
_WRITE_BY_OTHERS = 0o022
#: The first bytes of archives of each format.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Member:
    """One entry. parts: the components of its path; none for the root of the archive.

    size: of a file. mode: without write permission for others. leads_to: the target of a link, or
    for a hard link the path in the archive. open: opens a file.
    """

    parts: Tuple[str, ...]
    kind: str
    mode: int = 0
    size: int = 0
    leads_to: str = ""
    open: Callable[[], IO[bytes]] | None = None


@contextlib.contextmanager
def members(stream: IO[bytes]) -> Iterator[Iterator[Member]]:
    """Open an archive and yield its members, in their order. Raise ResourceError.

    Errors while the block reads members of a damaged archive become ResourceErrors, too.
    """
    try:
        with contextlib.ExitStack() as stack:
            yield _members(stream, stack)
    except _DAMAGED as error:
        raise ResourceError(
            f"url: the archive is damaged or has an unsupported format: {error}",
            "use a complete tar or zip archive without a password",
        ) from None


def _members(stream: IO[bytes], stack: contextlib.ExitStack) -> Iterator[Member]:
    start = stream.read(len(_ZIP[0]))
    stream.seek(0)
    if start in _ZIP:
        return _of_zip(stack.enter_context(zipfile.ZipFile(stream)))
    try:
        return _of_tar(stack.enter_context(tarfile.open(fileobj=stream, mode="r:*")))
    except tarfile.ReadError:
        raise ResourceError(
            "url: the file is not a supported archive",
            "use zip, or tar, also with gzip, bzip2 or xz",
        ) from None


def _of_tar(archive: tarfile.TarFile) -> Iterator[Member]:
    for entry in archive:
        parts = _parts(entry.name)
        mode = _mode(entry.mode)
        if entry.isdir():
            yield Member(parts, FOLDER, mode | 0o700)
        elif entry.issym():
            yield Member(parts, LINK, leads_to=entry.linkname)
        elif entry.islnk():
            same = "/".join(_inner(entry.linkname, entry.name))
            yield Member(parts, COPY, mode | 0o600, leads_to=same)
        elif entry.isreg():
            yield Member(parts, FILE, mode | 0o600, entry.size, open=_opener(archive, entry))
        else:
            raise _refused(entry.name, "is a device, a FIFO or an unknown entry")


def _of_zip(archive: zipfile.ZipFile) -> Iterator[Member]:
    for entry in archive.infolist():
        parts = _parts(entry.filename)
        kind, mode = stat.S_IFMT(entry.external_attr >> 16), _mode(entry.external_attr >> 16)
        if entry.is_dir():
            yield Member(parts, FOLDER, (mode or 0o755) | 0o700)
        elif kind == stat.S_IFLNK:
            with archive.open(entry) as stream:
                target = stream.read(_LONGEST_LINK)
            yield Member(parts, LINK, leads_to=target.decode("utf-8", "surrogateescape"))
        elif kind in (0, stat.S_IFREG):
            opened = _opener(archive, entry)
            yield Member(parts, FILE, (mode or 0o644) | 0o600, entry.file_size, open=opened)
        else:
            raise _refused(entry.filename, "is a device, a FIFO or an unknown entry")


def _opener(
    archive: Union[tarfile.TarFile, zipfile.ZipFile], entry: Any
) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        if isinstance(archive, zipfile.ZipFile):
            return archive.open(entry)
        stream = archive.extractfile(entry)
        if stream is None:
            raise tarfile.ReadError(f"{entry.name} cannot be read")
        return stream

    return opened


def _parts(name: str) -> tuple[str, ...]:
    """Return the components of a path. Raise ResourceError for a path that leads out of the
    folder.
    """
    problem = _problem(name)
    if problem:
        raise _refused(name, problem)
    return tuple(part for part in name.split("/") if part not in ("", "."))


def _inner(path: str, link: str) -> tuple[str, ...]:
    """Return the components of a hard link's target."""
    problem = _problem(path)
    if problem:
        raise _refused(link, f"is a hard link to {path!r}, which {problem}")
    return _parts(path)


def _problem(path: str) -> str:
    """Return why a path could lead out of the archive; empty if it cannot."""
    if path.startswith("/"):
        return "is an absolute path"
    if ".." in path.split("/"):
        return "contains '..'"
    return "contains a NUL character" if "\0" in path else ""


def _mode(mode: int) -> int:
    """Return the permissions without special bits such as set-user-ID, and without write permission
    for others.
    """
    return mode & 0o777 & ~_WRITE_BY_OTHERS


def _refused(name: str, why: str) -> ResourceError:
    return ResourceError(
        f"url: the archive is not safe: {name!r} {why}; nothing was changed",
        "use another archive",
    )


def refused(parts: Tuple[str, ...], why: str) -> ResourceError:
    """Return the error for a member that is refused."""
    return _refused("/".join(parts), why)
