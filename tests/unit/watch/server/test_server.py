# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server, asked over real connections, also by clients that misbehave."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from vigo_bridge.failures import Refusal
from vigo_bridge.watch.server import server as module
from vigo_bridge.watch.server.listen_address import Access, read_access, read_address
from vigo_bridge.watch.server.server import Response, Server

TOKEN = "0123456789abcdef0123"


def pages(path: str, query: str) -> Response | None:
    if path == "/broken":
        raise ValueError("secret of the page")
    return Response(f"{path}?{query}".encode()) if path in ("/", "/page") else None


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    address = read_address("127.0.0.1:0")
    yield from running(Server(address, read_access(address, None), pages))


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    yield from running(Server(read_address("127.0.0.1:0"), Access(token=TOKEN), pages))


def running(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.close()


def port(server: Server) -> int:
    return int(urlsplit(server.url).port or 0)


def ask(
    server: Server, method: str = "GET", path: str = "/", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port(server), timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    found = (answer.status, answer.headers, answer.read())
    connection.close()
    return found


def raw(server: Server, request: bytes) -> bytes:
    """Send bytes, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", port(server)), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while chunk := connection.recv(65536):
            found += chunk
        return found


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/", 200, b"/?"),
        ("GET", "/page?a=1", 200, b"/page?a=1"),
        ("HEAD", "/", 200, b""),
        ("HEAD", "/none", 404, b""),
        ("GET", "/none", 404, b"404 Not Found\n"),
        ("GET", "/../etc/passwd", 404, b"404 Not Found\n"),
        ("POST", "/", 405, b"405 Method Not Allowed\n"),
        ("PUT", "/", 405, b"405 Method Not Allowed\n"),
        ("DELETE", "/", 405, b"405 Method Not Allowed\n"),
        ("OPTIONS", "/", 405, b"405 Method Not Allowed\n"),
        ("TRACE", "/", 405, b"405 Method Not Allowed\n"),
        ("get", "/", 405, b"405 Method Not Allowed\n"),
        ("GET", "/broken", 500, b"500 Internal Server Error: ValueError\n"),
    ],
)
def test_requests(server: Server, method: str, path: str, status: int, body: bytes) -> None:
    found, headers, content = ask(server, method, path)
    assert (found, content) == (status, body)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script" not in headers["Content-Security-Policy"]
    assert headers["Access-Control-Allow-Origin"] is None
    assert headers["Server"] == "vigo-bridge"
    if status == 405:
        assert headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("127.0.0.1:1", 200), ("evil.example", 421)]
)
def test_names(server: Server, host: str, status: int) -> None:
    assert ask(server, Host=host)[0] == status


@pytest.mark.parametrize(
    ("authorization", "status"),
    [(f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 401), ("", 401)],
)
def test_tokens(guarded: Server, authorization: str, status: int) -> None:
    for path in ("/", "/page", "/none"):
        found, headers, _ = ask(guarded, path=path, Authorization=authorization)
        assert found == (404 if status == 200 and path == "/none" else status)
        challenge = headers["WWW-Authenticate"]
        assert (challenge is not None) == (status == 401)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"GET / HTTP/1.1\r\n\r\n", b"421"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n", b"421"),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"404"),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b"505"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", b"431"),
        (b"<script> / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"405"),
    ],
    ids=range(11),
)
def test_strange_requests(server: Server, request_: bytes, status: bytes) -> None:
    found = raw(server, request_)
    assert found.split(b" ")[1:2] == ([status] if status else [])
    assert b"<" not in found
    assert ask(server)[0] == 200


def test_a_slow_client_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 0.2)
    with socket.create_connection(("127.0.0.1", port(server)), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        assert connection.recv(1000) == b""


def test_too_many_clients(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused at once, and there is room again when one goes."""
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 3)
    waiting = [socket.create_connection(("127.0.0.1", port(server)), 10) for _ in range(3)]
    with socket.create_connection(("127.0.0.1", port(server)), timeout=10) as one_more:
        assert one_more.recv(1000) == b""
    for connection in waiting:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while connection.recv(1000):
            pass
        connection.close()
    assert any(is_answered(server) for _ in range(1000))  # a thread may need a moment to end


def is_answered(server: Server) -> bool:
    try:
        return ask(server)[0] == 200
    except (ConnectionError, http.client.HTTPException):
        return False


def test_a_port_that_is_in_use(server: Server) -> None:
    address = read_address(f"127.0.0.1:{port(server)}")
    with pytest.raises(Refusal, match=r"cannot listen on 127.0.0.1:\d+: .*in use"):
        Server(address, Access(), pages)


def test_an_address_of_another_machine() -> None:
    with pytest.raises(Refusal, match=r"cannot listen on 192.0.2.1:1"):
        Server(read_address("192.0.2.1:1"), Access(token=TOKEN), pages)


def test_after_the_end_nothing_listens(server: Server) -> None:
    other = Server(read_address("127.0.0.1:0"), Access(), pages)
    number = port(other)
    other.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", number), timeout=5)


def test_an_address_of_ipv6() -> None:
    try:
        server = Server(read_address("[::1]:0"), Access(frozenset({"::1"})), pages)
    except Refusal as error:
        pytest.skip(f"this machine has no IPv6: {error}")
    try:
        assert re.fullmatch(r"http://\[::1\]:\d+/", server.url)
        connection = http.client.HTTPConnection("::1", port(server), timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        server.close()
