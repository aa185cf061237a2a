# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests at a Unix socket, sent to a server that behaves well or badly."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import (
    Answer,
    Stream,
    UnixSocket,
    unix_socket,
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

    def do_POST(self) -> None:
        given = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/broken":  # The engine may have heard it, or not.
            self.close_connection = True
            return
        if self.path.startswith("/lines"):
            status = 404 if self.path == "/lines/missing" else 200
            self.send_response(status)
            self.send_header("Transfer-Encoding", "chunked")
            if self.path.startswith("/lines/last"):  # As proxies in front of an engine do.
                self.send_header("Connection", "close")
            self.end_headers()
            for line in (b'{"n": 1}\n', b'{"n": 2}\n'):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            if self.path.endswith("/endless"):
                self.connection.recv(1)
                return
            self.wfile.write(b"0\r\n\r\n")
            return
        content = (self.headers["Content-Type"] or "").encode() + b" " + given
        self.send_response(201)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

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
    engine = UnixSocket(path)
    assert [engine.request("GET", "/_ping", 5).content for _ in range(3)] == [b"OK"] * 3
    missing = engine.request("GET", "/missing", 5)
    assert (missing.status_code, missing.json()) == (404, {"message": "no such thing"})
    assert engine.request("GET", "/chunked", 5).text == "abcde"
    assert len(connections) == 1


def test_a_connection_that_was_ended_meanwhile_is_opened_anew(
    path: str, connections: list[object]
) -> None:
    engine = UnixSocket(path)
    engine.request("GET", "/last", 5)
    assert engine.request("GET", "/_ping", 5).content == b"OK"
    assert len(connections) == 2


def test_headers_go_along(path: str) -> None:
    engine = UnixSocket(path)
    answers = [
        engine.request("GET", "/who", 5, {"X-Registry-Auth": who}).content for who in ("a", "b")
    ]
    assert answers == [b"a", b"b"]


def test_each_thread_has_its_own(path: str, connections: list[object]) -> None:
    engine = UnixSocket(path)
    engine.request("GET", "/_ping", 5)
    thread = threading.Thread(target=engine.request, args=("GET", "/_ping", 5))
    thread.start()
    thread.join()
    assert len(connections) == 2


def test_an_engine_that_says_nothing(path: str, connections: list[object]) -> None:
    engine = UnixSocket(path)
    engine.request("GET", "/_ping", 5)
    with pytest.raises(socket.timeout):
        engine.request("GET", "/silence", 0.05)
    assert len(connections) == 1, "who waited once does not wait again"


def test_what_is_no_engine(path: str) -> None:
    with pytest.raises(http.client.HTTPException):
        UnixSocket(path).request("GET", "/nonsense", 5)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        UnixSocket(str(tmp_path / "nowhere.sock")).request("GET", "/_ping", 5)


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
    assert (unix_socket(docker_host) is not None) == is_asked


def test_commands_have_a_connection_each(path: str, connections: list[object]) -> None:
    engine = UnixSocket(path)
    engine.request("GET", "/_ping", 5)
    made = engine.request("POST", "/containers", 5, None, {"Image": "é"})
    bare = engine.request("POST", "/start", 5)
    assert (made.status_code, made.text) == (201, r'application/json {"Image": "\u00e9"}')
    assert bare.text == " "
    assert len(connections) == 3


def test_a_command_is_not_repeated(path: str, connections: list[object]) -> None:
    engine = UnixSocket(path)
    engine.request("GET", "/_ping", 5)
    with pytest.raises(http.client.HTTPException):
        engine.request("POST", "/broken", 5)
    assert len(connections) == 2


class TestStream:
    def test_lines(self, path: str) -> None:
        answer = UnixSocket(path).stream("POST", "/lines", 5)
        assert isinstance(answer, Stream)
        assert list(answer.iter_lines()) == [b'{"n": 1}\n', b'{"n": 2}\n']
        answer.close()

    def test_an_error_comes_whole(self, path: str) -> None:
        answer = UnixSocket(path).stream("POST", "/lines/missing", 5)
        assert isinstance(answer, Answer)
        assert (answer.status_code, answer.text) == (404, '{"n": 1}\n{"n": 2}\n')

    @pytest.mark.parametrize("place", ["/lines/endless", "/lines/last/endless"])
    def test_silence(self, path: str, place: str) -> None:
        answer = UnixSocket(path).stream("POST", place, 5, silence=0.05)
        assert isinstance(answer, Stream)
        lines = answer.iter_lines()
        assert [next(lines), next(lines)] == [b'{"n": 1}\n', b'{"n": 2}\n']
        with pytest.raises(socket.timeout):
            next(lines)

    @pytest.mark.parametrize("place", ["/lines/endless", "/lines/last/endless"])
    def test_it_is_closed_while_somebody_waits(self, path: str, place: str) -> None:
        answer = UnixSocket(path).stream("POST", place, 5)
        assert isinstance(answer, Stream)
        seen: list[bytes] = []
        came = threading.Event()

        def read() -> None:
            with contextlib.suppress(http.client.HTTPException):
                for line in answer.iter_lines():
                    seen.append(line)
                    came.set()

        thread = threading.Thread(target=read)
        thread.start()
        came.wait(5)
        answer.close()
        thread.join(5)
        assert not thread.is_alive()
        assert seen[0] == b'{"n": 1}\n'
