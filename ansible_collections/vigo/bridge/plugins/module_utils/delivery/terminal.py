# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that connects its terminal to a command in a container.

It is sent to a target as text, and run there by the target's Python, so it imports nothing of this
collection. Its argument is JSON: ``socket``, ``container``, ``argv``, ``user``, ``chdir``, ``env``.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import select
import signal
import socket
import struct
import sys
import termios
import tty
from typing import Any, Mapping

_CHUNK = 65536


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """The calls of an engine's API that are needed."""

    def __init__(self, path: str) -> None:
        self._path = path

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the content of an answer. Raise RuntimeError for an error."""
        connection = _Connection(self._path)
        headers = {"Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            given = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise RuntimeError(_message(given))
        return json.loads(given) if given.strip() else None

    def attach(self, number: str) -> tuple[socket.socket, bytes]:
        """Start a command, and return the connection to it with what it has printed so far."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(self._path)
        content = json.dumps({"Detach": False, "Tty": True}).encode()
        head = (
            b"POST /exec/%s/start HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        )
        connection.sendall(head % (number.encode(), len(content)) + content)
        answer = b""
        while b"\r\n\r\n" not in answer:
            chunk = connection.recv(_CHUNK)
            if not chunk:
                raise RuntimeError("the engine closed the connection")
            answer += chunk
        first, rest = answer.split(b"\r\n\r\n", 1)
        if int(first.split(b" ", 2)[1]) >= 400:
            raise RuntimeError(_message(rest))
        return connection, rest


def _message(content: bytes) -> str:
    try:
        return str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        return content.decode("utf-8", "replace").strip() or "the engine returned an error"


def run(given: Mapping[str, Any]) -> int:
    """Run the command until it ends, and return its exit code."""
    engine = Engine(given["socket"])
    variables = {"TERM": os.environ.get("TERM", "xterm"), **(given.get("env") or {})}
    body = {
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": True,
        "Cmd": given["argv"],
        "Env": ["%s=%s" % pair for pair in variables.items()],
    }
    for name, field in (("user", "User"), ("chdir", "WorkingDir")):
        if given.get(name):
            body[field] = given[name]
    number = engine.call("POST", "/containers/%s/exec" % given["container"], body)["Id"]
    before = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        connection, rest = engine.attach(number)
        with connection:
            signal.signal(signal.SIGWINCH, lambda *_: _resize(engine, number))
            _resize(engine, number)
            _write(1, rest)
            _pump(connection)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
    code = engine.call("GET", "/exec/%s/json" % number).get("ExitCode")
    return 1 if code is None else int(code)


def _resize(engine: Engine, number: str) -> None:
    """Set the size of the command's terminal to that of this one."""
    try:
        size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
        rows, columns = struct.unpack("hhhh", size)[:2]
        if rows and columns:
            engine.call("POST", "/exec/%s/resize?h=%d&w=%d" % (number, rows, columns))
    except (OSError, RuntimeError, http.client.HTTPException, ValueError):
        pass  # Not essential.


def _pump(connection: socket.socket) -> None:
    """Pass on input and output until the command ends."""
    sources = [connection.fileno(), 0]
    while True:
        ready, _writable, _failed = select.select(sources, [], [])
        if connection.fileno() in ready:
            chunk = connection.recv(_CHUNK)
            if not chunk:
                return
            _write(1, chunk)
        if 0 in ready:
            typed = os.read(0, _CHUNK)
            if typed:
                connection.sendall(typed)
            else:
                sources.remove(0)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def main() -> int:
    try:
        return run(json.loads(sys.argv[1]))
    except (OSError, RuntimeError, http.client.HTTPException) as error:
        sys.stderr.write("cannot open a terminal in the container: %s\n" % error)
        return 126


if __name__ == "__main__":
    raise SystemExit(main())
