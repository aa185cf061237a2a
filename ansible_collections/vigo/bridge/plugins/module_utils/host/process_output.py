# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the end of a process's output."""

from __future__ import annotations

import os
import selectors
from typing import IO, Sequence

from ..secrets.references import Secrets

#: How many bytes of the end of the output are kept.
OUTPUT_LIMIT = 64 * 1024


class Streams:
    """Reads the streams of a process, keeps the end of each, and of all of them together.

    secrets: masked in what is kept.
    """

    def __init__(self, streams: Sequence[IO[bytes] | None], secrets: Secrets) -> None:
        self._streams = [_Stream(stream, secrets) for stream in streams if stream is not None]
        self._together = Tail(secrets)

    def read(self) -> None:
        """Read to the end of all streams."""
        with selectors.DefaultSelector() as selector:
            for stream in self._streams:
                selector.register(stream.stream, selectors.EVENT_READ, stream)
            while selector.get_map():
                for key, _events in selector.select():
                    chunk = os.read(key.fd, OUTPUT_LIMIT)
                    self._together.add(key.data.take(chunk))
                    if not chunk:
                        selector.unregister(key.fileobj)

    def text(self) -> str:
        """Return the content of all streams, line by line in the order of arrival."""
        return self._together.text(b"".join(stream.unfinished for stream in self._streams))

    def texts(self) -> list[str]:
        """Return the content of each stream."""
        return [stream.tail.text() for stream in self._streams]


class _Stream:
    """unfinished: its last line, as long as that may go on.

    It holds the stream open for as long as it is read: another file could get its number.
    """

    def __init__(self, stream: IO[bytes], secrets: Secrets) -> None:
        self.stream = stream
        self.tail = Tail(secrets)
        self.unfinished = b""

    def take(self, chunk: bytes) -> bytes:
        """Keep the chunk, and return the lines that it completes."""
        self.tail.add(chunk)
        read = self.unfinished + chunk
        complete = read.rfind(b"\n") + 1 if chunk and len(read) <= OUTPUT_LIMIT else len(read)
        self.unfinished = read[complete:]
        return read[:complete]


class Tail:
    """The last bytes of what is added, as many as the limit says.

    More is kept than is shown, so that a secret at the cut is complete.
    """

    def __init__(self, secrets: Secrets, limit: int = OUTPUT_LIMIT) -> None:
        self._secrets = secrets
        self._shown = limit
        self._limit = limit + secrets.reach
        self._kept = bytearray()

    def add(self, chunk: bytes) -> None:
        self._kept += chunk
        if len(self._kept) > 2 * self._limit:  # Not for each chunk: much may be kept.
            del self._kept[: -self._limit]

    def text(self, further: bytes = b"") -> str:
        data = bytes(self._kept[-self._limit :]) + further
        return self._secrets.conceal_output(data, self._shown)
