# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads from a real server of this machine."""

from __future__ import annotations

import base64
import contextlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Blocked,
    ResourceError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host import download


class Handler(BaseHTTPRequestHandler):
    """Answers by the path; ``asked`` has the request's path and account of each request."""

    server: ThreadingHTTPServer
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        authorization = self.headers.get("Authorization", "")
        account = base64.b64decode(authorization.partition(" ")[2]).decode()
        self.asked.append((self.path, account))
        code, _slash, rest = self.path[1:].partition("/")
        self.send_response(int(code))
        if code == "302":
            self.send_header("Location", rest.replace("PORT", str(self.server.server_port)))
            content = b""
        else:
            content = b"it" * 10
        if code != "302" or "endless" not in rest:
            self.send_header("Content-Length", str(len(content) + (5 if rest == "short" else 0)))
        self.end_headers()
        self.wfile.write(content)
        with contextlib.suppress(OSError):  # until the client ends the connection
            while code == "302" and "endless" in rest:
                self.wfile.write(bytes(1 << 16))

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """Yield the address of a server."""
    Handler.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def fetched(url: str, limit: int = 100) -> bytes:
    stream = io.BytesIO()
    download.download(url, stream, limit)
    return stream.getvalue()


def test_content_comes_by_redirects(server: str) -> None:
    assert fetched(f"http://{server}/200/a") == b"it" * 10
    assert fetched(f"http://{server}/302//302//200/b") == b"it" * 10


def test_a_redirects_text_without_an_end_is_not_read(server: str) -> None:
    assert fetched(f"http://{server}/302//200/endless") == b"it" * 10


def test_an_account_is_sent_to_its_host_only(server: str) -> None:
    url = f"http://us%40er:p%3Aw@{server}/302/http://localhost:PORT/200/x"
    assert fetched(url) == b"it" * 10
    assert [account for _path, account in Handler.asked] == ["us@er:p:w", ""]


#: the path -> the message, and whether the server is at fault
FAILURES = {
    "404/x": ("127.0.0.1 answered 404 Not Found; correct the URL", False),
    "401/x": (
        "127.0.0.1 answered 401 Unauthorized; add a name and a password to the URL, or allow"
        " access",
        False,
    ),
    "503/x": ("127.0.0.1 answered 503 Service Unavailable", True),
    "200/short": ("127.0.0.1 ended the download early, after 20 bytes of 25", True),
    "302/file:///etc/passwd": (
        "127.0.0.1 redirects too often, or to a URL that cannot be followed; correct the URL",
        False,
    ),
    "302/x": (
        "127.0.0.1 redirects too often, or to a URL that cannot be followed; correct the URL",
        False,
    ),
    "302/ftp://127.0.0.1/x": (
        "127.0.0.1 redirects to a ftp URL, which is not followed; use the URL that it redirects to",
        False,
    ),
}


@pytest.mark.parametrize(("path", "expected"), FAILURES.items(), ids=FAILURES)
def test_failures(path: str, expected: tuple[str, bool], server: str) -> None:
    with pytest.raises(ResourceError) as raised:
        fetched(f"http://name:hush-hush@{server}/{path}")
    assert (raised.value.message, isinstance(raised.value, Blocked)) == expected


def test_too_much(server: str) -> None:
    with pytest.raises(ResourceError, match="sent more than 19 bytes"):
        fetched(f"http://{server}/200/a", 19)
    assert fetched(f"http://{server}/200/a", 20) == b"it" * 10


def test_no_server() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_address[1]
    with pytest.raises(Blocked, match=r"the download from 127\.0\.0\.1 failed: Connection refused"):
        fetched(f"http://127.0.0.1:{port}/x")


@pytest.mark.parametrize(
    "url", ["http://[::1/", "http://127.0.0.1:x/", "no url", "http://127.0.0.1/\n", "http://ü/ü"]
)
def test_no_url(url: str) -> None:
    """A secret may make anything of a URL that is written well."""
    with pytest.raises(ResourceError):
        fetched(url)


def test_https_does_not_become_http() -> None:
    request = download._request("https://example.com/a")
    with pytest.raises(ResourceError, match="redirects to a http URL, which is not followed"):
        download._Redirects().redirect_request(request, None, 302, "", {}, "http://example.com/a")
