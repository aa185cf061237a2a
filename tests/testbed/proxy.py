# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of a real engine's socket that spoils one call.

Every request is a connection of its own, so that a fault meets exactly one. Calls that change
something (all but GET and HEAD) are counted from 1.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from tests.testbed.engine import Engine

#: What can happen to a call. ``before``: the engine never gets it; ``after``: it does it, and
#: the answer is lost. ``gone``: neither this call nor any later one is answered.
FAULTS = (
    "refuse",
    "hang before",
    "hang after",
    "cut before",
    "cut after",
    "garbage",
    "gone before",
    "gone after",
)

_API_VERSION = re.compile(rb"^Api-Version: [0-9.]+", re.I | re.M)
_REFUSAL = b'{"message":"the testbed refuses this call"}'
_HEAD = "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"


class FaultyProxy:
    """Use it as a context manager; ``docker_host`` is where it answers.

    calls: method and path of each changing call that was met, in order. when_met: is called
    when the call to spoil is there, before it is spoilt.
    """

    def __init__(
        self, engine: Engine, fault: str = "", at: int = 0, versions: tuple[str, str] = ("", "")
    ) -> None:
        """Prepare to disturb the call with the number ``at`` by ``fault``; without one, only
        count.

        versions: the oldest and the newest of the API that the engine seems to have; it answers
        others as Docker does.
        """
        self._versions = versions
        self._upstream = engine.docker_host.removeprefix("unix://")
        self._fault, self._at = fault, at
        self._path = Path(mkdtemp(prefix="vigo-proxy-")) / "docker.sock"
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._gone = False
        self.calls: list[str] = []
        self.when_met: Callable[[], None] = lambda: None
        self.docker_host = f"unix://{self._path}"

    def __enter__(self) -> FaultyProxy:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for connection in [self._listener, *self._open]:
            connection.close()
        self._path.unlink()
        self._path.parent.rmdir()

    @property
    def met(self) -> bool:
        """Whether the call to spoil was made at all."""
        return 0 < self._at <= len(self.calls)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            request = _request(client)
            fault = self._fault_of(request) if request else "cut before"
            hangs = fault.startswith("hang")
            request, answer = self._of_other_version(request)
            if answer:
                client.sendall(answer)
            elif fault == "refuse":
                client.sendall(_answer("500 Internal Server Error", _REFUSAL))
            elif not fault.endswith("before"):
                self._forward(request, client, fault)
            if not hangs:
                # The list of open connections would keep it open.
                client.shutdown(socket.SHUT_RDWR)

    def _fault_of(self, request: bytes) -> str:
        method, path = request.split(b" ", 2)[:2]
        with self._lock:
            if self._gone:
                return "cut before"
            if method in (b"GET", b"HEAD"):
                return ""
            self.calls.append(f"{method.decode()} {path.decode().partition('?')[0]}")
            if len(self.calls) != self._at:
                return ""
            self._gone = self._fault.startswith("gone")
            self.when_met()
            return self._fault

    def _of_other_version(self, request: bytes) -> tuple[bytes, bytes]:
        """Return a request as the engine knows it, or the answer of an engine with the versions
        that this one seems to have.
        """
        oldest, newest = self._versions
        path = request.partition(b" ")[2].partition(b" ")[0].decode()
        if not newest:
            return request, b""
        if path == "/_ping":
            real = b"".join(self._chunks(request))
            return request, _API_VERSION.sub(f"Api-Version: {newest}".encode(), real)
        if path == "/version":
            versions = {"ApiVersion": newest, "MinAPIVersion": oldest}
            return request, _answer("200 OK", json.dumps(versions).encode())
        asked = path.split("/")[1].removeprefix("v")
        if not _number(oldest) <= _number(asked) <= _number(newest):
            text = f"client version {asked} is not between {oldest} and {newest}"
            return request, _answer("400 Bad Request", json.dumps({"message": text}).encode())
        return request.replace(f"/v{asked}/".encode(), b"/", 1), b""

    def _forward(self, request: bytes, client: socket.socket, fault: str) -> None:
        """Let the engine answer, and pass the answer on, unless the fault disturbs it."""
        for chunk in self._chunks(request):
            if not fault:
                client.sendall(chunk)
        if fault == "garbage":
            client.sendall(_answer("200 OK", b'{"Id": '))

    def _chunks(self, request: bytes) -> Iterator[bytes]:
        """Yield the engine's answer in parts."""
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self._upstream)
            engine.sendall(_closing(request))
            while chunk := engine.recv(65536):
                yield chunk


def _request(client: socket.socket) -> bytes:
    """Return one whole request; empty when the client closed the connection."""
    request = b""
    while b"\r\n\r\n" not in request:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        request += chunk
    head, _, body = request.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            while len(body) < int(value):
                body += client.recv(65536)
    return head + b"\r\n\r\n" + body


def _closing(request: bytes) -> bytes:
    """Return the request with a header that makes the engine close the connection after its
    answer.
    """
    first, _, rest = request.partition(b"\r\n")
    lines, _, body = rest.partition(b"\r\n\r\n")
    kept = [line for line in lines.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", body])


def _answer(status: str, body: bytes) -> bytes:
    return _HEAD.format(status=status, length=len(body)).encode() + body


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
