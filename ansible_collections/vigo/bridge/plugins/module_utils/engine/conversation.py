# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that turn into a connection to a program, for its input and output."""

from __future__ import annotations

import contextlib
import json
import queue
import selectors
import socket
import threading
from typing import Any, Callable, Iterator

#: Seconds after which something is yielded in any case, so that the caller can check its time
#: limit.
TICK = 0.5
_CHUNK = 65536
_LONGEST_HEAD = 65536


class Conversation:
    """Such a connection over a socket. rest: what has been read already."""

    status_code = 101

    def __init__(self, connection: socket.socket, rest: bytes) -> None:
        self._connection = connection
        self._rest = rest

    def exchange(self, given: bytes) -> Iterator[bytes]:
        """Send the input, and yield the output until it ends; empty bytes at each tick.

        Raise OSError.
        """
        if self._rest:
            yield self._rest
        unsent = memoryview(given)
        self._connection.setblocking(False)
        with selectors.DefaultSelector() as ready:
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            ready.register(self._connection, both if unsent else selectors.EVENT_READ)
            if not unsent:
                self._end_input()
            while True:
                events = ready.select(TICK)
                if not events:
                    yield b""
                for _key, event in events:
                    if event & selectors.EVENT_READ:
                        chunk = self._connection.recv(_CHUNK)
                        if not chunk:
                            return
                        yield chunk
                    if unsent and event & selectors.EVENT_WRITE:
                        unsent = unsent[self._sent(unsent) :]
                        if not unsent:
                            self._end_input()
                            ready.modify(self._connection, selectors.EVENT_READ)

    def close(self) -> None:
        self._connection.close()

    def _sent(self, data: memoryview) -> int:
        try:
            return self._connection.send(data[:_CHUNK])
        except (BrokenPipeError, ConnectionResetError):
            return len(data)  # The program does not read its input; its output may still come.

    def _end_input(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)


def open_conversation(
    connection: socket.socket, path: str, body: Any
) -> tuple[int, bytes, Conversation]:
    """Send a POST, and return the status, what follows the head, and the conversation.

    Raise OSError, and ValueError for an answer that is not HTTP.
    """
    content = json.dumps(body).encode()
    head = (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    )
    connection.sendall(head % (path.encode(), len(content)) + content)
    answer = b""
    while b"\r\n\r\n" not in answer:
        chunk = connection.recv(_CHUNK)
        if not chunk or len(answer) > _LONGEST_HEAD:
            raise ValueError("no HTTP response")
        answer += chunk
    first, rest = answer.split(b"\r\n\r\n", 1)
    status = int(first.split(b" ", 2)[1])
    return status, rest, Conversation(connection, rest)


class BlockingConversation:
    """As ``Conversation``, over an answer that can only be read. close: ends the reading."""

    status_code = 200

    def __init__(self, chunks: Callable[[], Iterator[bytes]], close: Callable[[], None]) -> None:
        self._chunks = chunks
        self.close = close

    def exchange(self, given: bytes) -> Iterator[bytes]:
        """Yield the output as ``Conversation`` does. given: must be empty."""
        read: queue.Queue[bytes | Exception | None] = queue.Queue(16)
        threading.Thread(target=self._read, args=(read,), daemon=True).start()
        while True:
            try:
                found = read.get(timeout=TICK)
            except queue.Empty:
                found = b""
            if found is None:
                return
            if isinstance(found, Exception):
                raise found
            yield found

    def _read(self, read: queue.Queue[bytes | Exception | None]) -> None:
        try:
            for chunk in self._chunks():
                read.put(chunk)
        except Exception as error:  # pylint: disable=broad-exception-caught
            read.put(error)
        else:
            read.put(None)
