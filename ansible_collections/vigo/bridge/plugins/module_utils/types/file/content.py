# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of files as streams: the present one, and the desired one.

Files may be larger than memory: they are read in pieces, and the output of a script is kept in a
temporary file without a name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import stat
from typing import IO, Iterator

from ...common.dataclass import dataclass
from ...common.errors import Blocked, ResourceError, Uncertain
from ...host import system_errors
from ..target import Target
from .spec import FileSpec

#: Longer content is compared but not shown in a diff, in bytes.
SHOWN_LIMIT = 100 * 1024
#: How long one script of ``stream_edit`` may take, in seconds.
EDIT_TIMEOUT = 60.0
#: What to do about a file that cannot be read.
_ADVICE = {
    errno.EACCES: "run with become",
    errno.ENOENT: "create it first, or correct the path",
}
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Digest:
    """The SHA-256 of some content, and its text: None if it is too long or not text."""

    sha256: str
    text: str | None


def digest(stream: IO[bytes]) -> Digest:
    """Read the stream to its end, and return its digest."""
    return copy(stream, None)


def copy(stream: IO[bytes], to: IO[bytes] | None) -> Digest:
    """Read the stream to its end, copy it to `to` if given, and return its digest."""
    sha256 = hashlib.sha256()
    start = b""
    for piece in iter(lambda: _piece(stream), b""):
        sha256.update(piece)
        if len(start) <= SHOWN_LIMIT:
            start += piece
        if to is not None:
            to.write(piece)
    return Digest(sha256.hexdigest(), _text(start))


@contextlib.contextmanager
def opened(path: str, target: Target) -> Iterator[IO[bytes]]:
    """Open a regular file for reading, or the content predicted for it. Raise ResourceError."""
    with contextlib.ExitStack() as open_files:
        yield _opened(path, target, open_files)


@contextlib.contextmanager
def desired(spec: FileSpec, target: Target, exists: bool) -> Iterator[IO[bytes] | None]:
    """Open the content that the file should have; None if it keeps its own.

    exists: whether there is a regular file at the path. Raise ResourceError.
    """
    with contextlib.ExitStack() as open_files:
        yield _desired(spec, target, exists, open_files)


@contextlib.contextmanager
def predicted(spec: FileSpec, target: Target, exists: bool) -> Iterator[IO[bytes]]:
    """Open the predicted content of a file, made from its content before."""
    with contextlib.ExitStack() as open_files:
        stream = _desired(spec, target, exists, open_files)
        if stream is None and exists:
            stream = _opened(spec.path, target, open_files)
        yield io.BytesIO() if stream is None else stream


def _desired(
    spec: FileSpec, target: Target, exists: bool, open_files: contextlib.ExitStack
) -> IO[bytes] | None:
    content: IO[bytes] | None = None
    if spec.content is not None:
        text = target.secrets.reveal(spec.content)
        content = io.BytesIO(text.encode("utf-8", "surrogateescape"))
    elif spec.data is not None:
        content = io.BytesIO(spec.data)
    elif spec.source or (spec.stream_edit and exists):
        content = _opened(spec.source or spec.path, target, open_files)
    for script in spec.stream_edit:
        content = _edited(script, content, target, open_files)
    return content


def _opened(path: str, target: Target, open_files: contextlib.ExitStack) -> IO[bytes]:
    file = target.overlay.files.get(path)
    if file is not None:
        return open_files.enter_context(file.read())
    if target.overlay.files.kind(path) == "missing":
        raise ResourceError(
            f"{path} cannot be read: it would have been removed earlier in the run; apply this"
            " resource before the one that removes it"
        )
    try:
        return open_files.enter_context(_opened_here(path))
    except ResourceError as error:
        if target.overlay.is_clear(path):
            raise
        raise Uncertain(error.problem, error.advice) from error


def _opened_here(path: str) -> IO[bytes]:
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ResourceError(f"{path} cannot be read: it is not a regular file; use a regular file")
    return os.fdopen(descriptor, "rb")


def _edited(
    script: str, content: IO[bytes] | None, target: Target, open_files: contextlib.ExitStack
) -> IO[bytes]:
    import tempfile  # Both are slow to load, and only for edits.

    from ...host import process

    try:
        output = open_files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    except OSError as error:
        raise system_errors.blocked(error) from error
    finished = process.edit(
        script, content or io.BytesIO(), output, timeout=EDIT_TIMEOUT, secrets=target.secrets
    )
    if finished.timed_out:
        raise ResourceError(
            f"a script of stream_edit did not finish within {EDIT_TIMEOUT:g} s; use a quicker one,"
            " or an exec resource"
        )
    finished.refuse_failure("a script of stream_edit", "the file is unchanged; correct the script")
    output.seek(0)
    return output


def _piece(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(_PIECE)
    except OSError as error:
        raise _unreadable(str(getattr(stream, "name", "the content")), error) from error


def _text(start: bytes) -> str | None:
    if len(start) > SHOWN_LIMIT:
        return None
    try:
        return start.decode()
    except UnicodeDecodeError:
        return None


def _unreadable(path: str, error: OSError) -> ResourceError:
    if system_errors.is_environmental(error):
        return Blocked(
            f"{path} cannot be read: {system_errors.reason(error)}; {system_errors.advice(error)}"
        )
    advice = _ADVICE.get(error.errno or 0, "correct the path")
    return ResourceError(f"{path} cannot be read: {error.strerror}; {advice}")
