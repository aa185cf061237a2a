# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions at a Unix socket, put to a server that behaves well or badly."""

from __future__ import annotations

import http.client
import http.server
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.container.questions import (
    Questions,
    questions,
)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path; counts connections."""

    protocol_version = "HTTP/1.1"
    connections: list[object]

    def setup(self) -> None:
        self.client_address = ("unix", 0)
        self.connections.append(self)
        super().setup()

    def do_GET(self) -> None:
        if self.path == "/silence":
            self.connection.recv(1)  # until the client has had enough
            return
        if self.path == "/nonsense":
            self.wfile.write(b"220 mail.example.com ESMTP\r\n")
            self.close_connection = True
            return
        if self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            return
        content = b'{"message": "no such thing"}' if self.path == "/missing" else b"OK"
        if self.path == "/who":
            content = self.headers["X-Registry-Auth"].encode()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        # As an engine that ends idle connections, without having said so.
        self.close_connection = self.path == "/last"

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def connections() -> list[object]:
    return []


@pytest.fixture
def path(tmp_path: Path, connections: list[object]) -> Iterator[str]:
    handler = type("Counting", (Handler,), {"connections": connections})
    socket_path = str(tmp_path / "engine.sock")
    with Server(socket_path, handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield socket_path
        server.shutdown()


def test_a_connection_serves_many_questions(path: str, connections: list[object]) -> None:
    asked = Questions(path)
    assert [asked.ask("/_ping", 5).content for _ in range(3)] == [b"OK"] * 3
    missing = asked.ask("/missing", 5)
    assert (missing.status_code, missing.json()) == (404, {"message": "no such thing"})
    assert asked.ask("/chunked", 5).text == "abcde"
    assert len(connections) == 1


def test_a_connection_that_was_ended_meanwhile_is_opened_anew(
    path: str, connections: list[object]
) -> None:
    asked = Questions(path)
    asked.ask("/last", 5)
    assert asked.ask("/_ping", 5).content == b"OK"
    assert len(connections) == 2


def test_headers_go_along(path: str) -> None:
    asked = Questions(path)
    answers = [asked.ask("/who", 5, {"X-Registry-Auth": who}).content for who in ("a", "b")]
    assert answers == [b"a", b"b"]


def test_each_thread_has_its_own(path: str, connections: list[object]) -> None:
    asked = Questions(path)
    asked.ask("/_ping", 5)
    thread = threading.Thread(target=asked.ask, args=("/_ping", 5))
    thread.start()
    thread.join()
    assert len(connections) == 2


def test_an_engine_that_says_nothing(path: str, connections: list[object]) -> None:
    asked = Questions(path)
    asked.ask("/_ping", 5)
    with pytest.raises(socket.timeout):
        asked.ask("/silence", 0.05)
    assert len(connections) == 1, "who waited once does not wait again"


def test_what_is_no_engine(path: str) -> None:
    with pytest.raises(http.client.HTTPException):
        Questions(path).ask("/nonsense", 5)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Questions(str(tmp_path / "nowhere.sock")).ask("/_ping", 5)


@pytest.mark.parametrize(
    ("docker_host", "is_asked"),
    [
        ("unix:///var/run/docker.sock", True),
        ("unix://relative.sock", False),
        ("tcp://192.0.2.1:2376", False),
        ("ssh://deploy@web1.example.com", False),
    ],
)
def test_only_unix_sockets(docker_host: str, is_asked: bool) -> None:
    assert (questions(docker_host) is not None) == is_asked
