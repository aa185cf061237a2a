# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever responds at an address, an attempt ends, and reports the problem."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterable, Iterator
from urllib.error import URLError

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vigo_bridge.run import health_url
from vigo_bridge.run.health_url import fetch

OK = b"HTTP/1.1 200 OK\r\n\r\n"
ERROR = b"HTTP/1.1 500 Broken\r\n\r\n"
BYTE = b"x"


def never() -> bool:
    """Return that an attempt is not given up."""
    return False


def redirect(place: bytes) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: %b\r\n\r\n" % place


#: what answers -> what a try says
ANSWERS = {
    "all is well": (OK, ""),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
    "old HTTP": (b"HTTP/1.0 200\r\n\r\n", ""),
    "an error with a text": (b"HTTP/1.1 503 Busy\r\n\r\nstarting up\n", "HTTP 503: starting up"),
    "an error without a text": (b"HTTP/1.1 500 Broken\r\n\r\n", "HTTP 500: Broken"),
    "an error that ends early": (
        b"HTTP/1.1 500 Broken\r\nContent-Length: 99\r\n\r\npart",
        "HTTP 500: part",
    ),
    "a size that is none": (b"HTTP/1.1 500 B\r\nTransfer-Encoding: chunked\r\n\r\nzz", "HTTP 500"),
    "a status beyond 599": (b"HTTP/1.1 999 What\r\n\r\n", "HTTP 999: What"),
    "no status": (b"HTTP/1.1 ok\r\n\r\n", "is not valid HTTP"),
    "a status of 0": (b"HTTP/1.1 000 zero\r\n\r\n", "is not valid HTTP"),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", "is not valid HTTP: SSH-2.0-OpenSSH_9.2"),
    "HTTP 2": (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", "is not valid HTTP"),
    "nothing": (b"", "Remote end closed connection without response"),
    "an empty line": (b"\r\n", "is not valid HTTP"),
    "an endless first line": (BYTE * 70_000, "is not valid HTTP"),
    "an endless header": (b"HTTP/1.1 200 OK\r\nA: " + BYTE * 70_000, "is not valid HTTP"),
    "too many headers": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200, "is not valid HTTP"),
    "a redirect to itself": (redirect(b"/"), "infinite loop"),
    "a redirect to a file": (redirect(b"file:///etc/passwd"), "is not allowed"),
    "a redirect to FTP": (redirect(b"ftp://127.0.0.1/"), "unknown url type: ftp"),
    "a redirect to data": (redirect(b"data:,ok"), "is not allowed"),
    "a redirect to no address": (redirect(b"http://["), "Invalid IPv6 URL"),
    "a redirect to no port": (redirect(b"http://a:b/"), "nonnumeric port"),
    "a redirect to nowhere": (b"HTTP/1.1 301 Moved\r\n\r\n", "HTTP 301: Moved"),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "HTTP 304: Not Modified"),
}


#: an answer -> all that an attempt reports
WHOLE: dict[str, tuple[bytes, str]] = {
    "no text": (ERROR, "HTTP 500: Broken"),
    "a text": (ERROR + b" it is\n broken \n", "HTTP 500: it is\n broken"),
    "a text that ends with a colon": (ERROR + b"FOR EXAMPLE:", "HTTP 500: FOR EXAMPLE:"),
    "a long text": (ERROR + b"x" * 600, f"HTTP 500: {'x' * 500}"),
    "bytes": (ERROR + b"\xff", "HTTP 500: \ufffd"),
    "a size that is none": (
        b"HTTP/1.1 500 So so\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        "HTTP 500: So so",
    ),
    "neither a text nor a status in words": (b"HTTP/1.1 500\r\n\r\n", "HTTP 500"),
    "several words": (b"not HTTP\r\n", "the response is not valid HTTP: not HTTP"),
    "a long line": (b"x" * 600 + b"\r\n", f"the response is not valid HTTP: {'x' * 500}"),
}


@pytest.mark.parametrize(("answer", "problem"), WHOLE.values(), ids=WHOLE)
def test_what_is_reported(answer: bytes, problem: str) -> None:
    with answering([answer]) as url:
        assert fetch(url, never) == problem


#: an error -> what an attempt reports
ERRORS: list[tuple[Exception, str]] = [
    (OSError(), "OSError"),
    (OSError(" a\nb"), "a b"),
    (URLError(OSError("refused")), "refused"),
]


@pytest.mark.parametrize(("error", "problem"), ERRORS)
def test_any_error(error: Exception, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(health_url, "opener", refuse)
    assert fetch("http://127.0.0.1:1/", never) == problem


def test_no_more_threads_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert fetch("http://127.0.0.1:1/", never) == "can't start new thread"


def test_an_attempt_that_was_given_up_ends() -> None:
    """It keeps neither the program nor its own thread."""
    before = {*threading.enumerate()}
    with answering([], holds=True) as url:
        fetch(url, never, limit=0.05)
        left = [
            thread
            for thread in {*threading.enumerate()} - before
            if thread.name.endswith("(<lambda>)")
        ]
        assert all(thread.daemon for thread in left)
        for thread in left:
            thread.join(10)
            assert not thread.is_alive()


@pytest.mark.parametrize(("answer", "problem"), ANSWERS.values(), ids=ANSWERS)
def test_answers(answer: bytes, problem: str) -> None:
    with answering([answer]) as url:
        said = fetch(url, never)
    assert problem in said if problem else not said


#: what answers without an end, after which nothing more comes
ENDLESS = {
    "not a byte": [],
    "a first line that trickles": itertools.repeat(BYTE),
    "headers that trickle": itertools.chain(
        [b"HTTP/1.1 200 OK\r\n"], itertools.cycle([b"A", b":", b"b", b"\r\n"])
    ),
    "an error whose text trickles": itertools.chain(
        [b"HTTP/1.1 500 Broken\r\nContent-Length: 99999\r\n\r\n"], itertools.repeat(BYTE)
    ),
}


@pytest.mark.parametrize("parts", ENDLESS.values(), ids=ENDLESS)
def test_a_try_has_an_end(parts: Iterable[bytes]) -> None:
    with answering(parts, holds=True) as url:
        assert fetch(url, never, limit=0.3) == "no complete response within 0.3 s"


def test_a_text_without_an_end_is_not_read() -> None:
    with answering(itertools.chain([OK], itertools.repeat(BYTE)), holds=True) as url:
        assert fetch(url, never) == ""


def test_a_redirects_text_without_an_end_is_not_read() -> None:
    place = redirect(b"http://127.0.0.1:1/")
    with answering(itertools.chain([place], itertools.repeat(BYTE)), holds=True) as url:
        assert "refused" in fetch(url, never)


def test_it_can_be_given_up() -> None:
    with answering([], holds=True) as url:
        assert "no complete response" in fetch(url, lambda: True)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
@example(b"HTTP/1.1 200 OK\r\nLocation")
def test_any_answer(answer: bytes) -> None:
    with answering([answer]) as url:
        assert isinstance(fetch(url, never), str)
    with answering([b"HTTP/1.1 302 Found\r\nLocation: " + answer]) as url:
        assert isinstance(fetch(url, never, limit=1), str)


@pytest.mark.parametrize(
    ("url", "problem"),
    {
        "http://127.0.0.1:1/": "refused",
        "http://no.such.host.invalid/": "",
        "https://127.0.0.1:1/": "refused",
        "http://[": "Invalid IPv6 URL",
        "gopher://a/": "unknown url type",
        "http://a b/": "is not valid HTTP",
    }.items(),
)
def test_nobody_answers(url: str, problem: str) -> None:
    said = fetch(url, never)
    assert said
    assert problem in said


def test_tls_is_asked_of_something_else() -> None:
    with answering([OK]) as url:
        assert "SSL" in fetch(url.replace("http:", "https:"), never)


@contextlib.contextmanager
def answering(parts: Iterable[bytes], holds: bool = False) -> Iterator[str]:
    """Serve each call with these parts, and then keep the connection open or close it."""
    over = threading.Event()

    def answer(call: socket.socket) -> None:
        with call, contextlib.suppress(OSError):
            call.recv(65536)
            for part in parts:
                call.sendall(part)
                if holds and over.wait(0.01):
                    return
            if holds:
                over.wait()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                call, _ = server.accept()
                threading.Thread(target=answer, args=[call], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
