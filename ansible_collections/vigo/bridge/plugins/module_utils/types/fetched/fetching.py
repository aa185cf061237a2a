# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches files from a URL, or from a path on the target."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from typing import IO, Any, Iterator
from urllib.parse import urlsplit

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...common.wording import counted
from ...host import download, temporary_files
from ...secrets import references as secret_references
from ..file import content
from ..target import Target

_FILE = "file://"
_SHA256 = re.compile("[0-9a-f]{64}", re.ASCII)
_UNUSUAL = re.compile(r"[^\x21-\x7e]")
#: The largest files, in bytes.
LARGEST = 64 << 30
_PREFIX = "vigo-fetched-"
_PIECE = 1 << 20


def location(value: Any, attribute: str) -> str:
    """Return a URL, or an absolute path, as it is written. Raise ResourceError.

    attribute: its name, for messages.
    """
    text = str(value or "").strip()
    if not text:
        raise ResourceError(f"{attribute} is missing or empty", "add a URL or an absolute path")
    if path_of(text) is not None:
        if not os.path.isabs(path_of(text) or ""):
            raise ResourceError(f"{attribute}: {text!r} is not an absolute path")
        return text
    form = "write https://HOST/PATH or /PATH"
    if secret_references.find(text):
        return text
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ResourceError(f"{attribute}: invalid URL {text!r}", form) from None
    if parts.scheme.lower() not in download.SCHEMES or not host:
        raise ResourceError(
            f"{attribute}: {text!r} is neither a URL with http or https nor an absolute path", form
        )
    if _UNUSUAL.search(text):
        raise ResourceError(
            f"{attribute}: {text!r} contains characters that are not allowed in a URL",
            "encode them, for example a blank as %20",
        )
    return text


def path_of(text: str) -> str | None:
    """Return the path that a location names, None for a URL of another machine."""
    if text.startswith(_FILE):
        return text[len(_FILE) :]
    return text if text.startswith("/") else None


def checksum(value: Any, attribute: str = "sha256") -> str:
    """Return a SHA-256 in lower case; empty if none is set. Raise ResourceError."""
    text = str(value or "").strip().lower()
    text = text[len("sha256:") :] if text.startswith("sha256:") else text
    if text and not _SHA256.fullmatch(text):
        raise ResourceError(
            f"{attribute}: invalid SHA-256 checksum {text!r}", "write 64 hexadecimal digits"
        )
    return text


@dataclass(frozen=True)
class Fetched:
    """A file that only this user can read."""

    path: str
    sha256: str


@contextlib.contextmanager
def fetched(where: str, suffix: str, target: Target) -> Iterator[Fetched]:
    """Yield a fetched file that is deleted at the end of the block. where: see ``location``.

    suffix: the end of its file name. Raise ResourceError, and OSError if it cannot be stored.
    """
    folder = tempfile.gettempdir()
    temporary_files.clear(folder, _PREFIX)
    with temporary_files.temporary(folder, _PREFIX, suffix) as file:
        fetch(where, file.stream, "url", target, LARGEST)
        file.stream.flush()
        with open(file.path, "rb") as stream:
            found = digest(stream)
        yield Fetched(file.path, found)


def fetch(where: str, stream: IO[bytes], attribute: str, target: Target, limit: int) -> None:
    """Write the file at a location to a stream. limit: the largest size in bytes.

    attribute: the attribute with the location. Raise ResourceError, and OSError if the stream
        cannot
    be written.
    """
    path = path_of(where)
    try:
        if path is None:
            download.download(target.secrets.reveal(where), stream, limit)
        else:
            _copy(path, stream, target, limit)
    except ResourceError as error:
        error.say(f"{attribute}: {error.problem}", error.advice)
        raise


def _copy(path: str, stream: IO[bytes], target: Target, limit: int) -> None:
    """Copy a file of the target, or its predicted content."""
    size = 0
    with content.opened(target.secrets.reveal(path), target) as source:
        for piece in iter(lambda: source.read(_PIECE), b""):
            size += len(piece)
            if size > limit:
                raise ResourceError(
                    f"{path} is larger than {counted(limit, 'byte')}", "correct the path"
                )
            stream.write(piece)


def digest(stream: IO[bytes]) -> str:
    """Return the SHA-256 of the rest of a stream."""
    sha256 = hashlib.sha256()
    for piece in iter(lambda: stream.read(_PIECE), b""):
        sha256.update(piece)
    return sha256.hexdigest()


def refuse_mismatch(what: str, found: str, wanted: str) -> None:
    """Raise ResourceError if a file does not have the wanted SHA-256; empty accepts any."""
    if wanted and found != wanted:
        raise ResourceError(
            f"sha256: {what} has the checksum {found}, expected {wanted}; nothing was changed",
            "correct sha256 if you trust the file",
        )
