# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine at a Unix socket, reached with the standard library only.

Importing the SDK takes longer than inspecting a hundred containers, and most targets do not have
it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from typing import Any, Iterator, Mapping

from ..common.dataclass import dataclass
from .address import socket_path
from .conversation import Conversation, open_conversation

#: How many bytes are read at once at most.
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """An engine's response, with a part of the interface of `requests`."""

    status_code: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """Return the response's JSON. Raise ValueError."""
        return json.loads(self.content)


class Stream:
    """An answer that comes in parts. Iterating raises OSError and http.client.HTTPException."""

    def __init__(self, connection: _Connection, response: http.client.HTTPResponse) -> None:
        self.status_code = response.status
        self._connection = connection
        self._response = response
        self._socket = connection.opened

    def iter_lines(self) -> Iterator[bytes]:
        with contextlib.closing(self._connection):
            yield from iter(self._response.readline, b"")

    def iter_chunks(self) -> Iterator[bytes]:
        with contextlib.closing(self._connection):
            yield from iter(lambda: self._response.read1(_CHUNK), b"")

    def close(self) -> None:
        """End it, also while another thread waits for the next line."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


class UnixSocket:
    """A client of the engine at one socket.

    Each thread has one connection for its GET requests, which stays open. Each other request gets a
    new connection: if an open one broke, it would be unknown whether the engine got the request.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._own = threading.local()

    def request(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Send a request. timeout: seconds without a byte. body: sent as JSON.

        Raise OSError, and http.client.HTTPException for an invalid response.
        """
        if method != "GET":
            with contextlib.closing(_Connection(self._path)) as connection:
                return _read(connection.ask(method, path, timeout, headers, body))
        kept: _Connection | None = getattr(self._own, "connection", None)
        if kept is not None:
            try:
                return self._asked(kept, path, timeout, headers)
            except socket.timeout:
                raise
            except (OSError, http.client.HTTPException):
                pass  # The engine has closed it meanwhile.
        return self._asked(_Connection(self._path), path, timeout, headers)

    def stream(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
    ) -> Stream | Answer:
        """Return a response that may take long; one with an error is read at once.

        Raise as `request`.

        timeout: seconds until it begins. silence: seconds without a byte then; None for any.
        """
        connection = _Connection(self._path)
        try:
            response = connection.ask(method, path, timeout, headers)
            if response.status >= 400:
                return _read(response)
            connection.opened.settimeout(silence)
        except BaseException:
            connection.close()
            raise
        return Stream(connection, response)

    def converse(
        self, path: str, timeout: float, body: Any, has_input: bool
    ) -> Conversation | Answer:
        """Send a POST that starts a program, and return the connection to it.

        Raise OSError, and http.client.HTTPException for an invalid response.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(self._path)
        except BaseException:
            connection.close()
            raise
        return conversation_over(connection, path, body)

    def _asked(
        self,
        connection: _Connection,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        self._own.connection = None
        try:
            answer = _read(connection.ask("GET", path, timeout, headers))
        except BaseException:
            connection.close()
            raise
        self._own.connection = connection
        return answer


def conversation_over(connection: socket.socket, path: str, body: Any) -> Conversation | Answer:
    """Send a POST that starts a program, and return the connection to it; close it on an error.

    Raise OSError, and http.client.HTTPException for an invalid response.
    """
    try:
        status, rest, conversation = open_conversation(connection, path, body)
    except ValueError as error:
        connection.close()
        raise http.client.BadStatusLine(str(error)) from error
    except BaseException:
        connection.close()
        raise
    if status < 400:
        return conversation
    with contextlib.closing(connection), contextlib.suppress(OSError):
        while chunk := connection.recv(_CHUNK):
            rest += chunk
            if rest.rstrip().endswith(b"}"):
                break
    return Answer(status, http.client.HTTPMessage(), rest)


def _read(response: http.client.HTTPResponse) -> Answer:
    return Answer(response.status, response.headers, response.read())


class _Connection(http.client.HTTPConnection):
    """A connection to a Unix socket. opened: its last socket, also where ``sock`` is None, because
    the engine or a proxy closes the connection after the response that is being read.
    """

    opened: socket.socket

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = self.opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)

    def set_timeout(self, seconds: float | None) -> None:
        """Set the timeout of each operation, also of the socket that is open."""
        self.timeout = seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def ask(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None,
        body: Any = None,
    ) -> http.client.HTTPResponse:
        self.set_timeout(timeout)
        given = dict(headers or {})
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            given["Content-Type"] = "application/json"
        self.request(method, path, content, given)
        return self.getresponse()


def unix_socket(docker_host: str) -> UnixSocket | None:
    """Return a client for an engine at a Unix socket; None for others."""
    path = socket_path(docker_host)
    return UnixSocket(path) if path else None
