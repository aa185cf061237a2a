# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of a real registry that counts requests, and spoils the ones it is told to.

It has an address in the testbed's network, where engines accept a registry without TLS.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.testbed.common import SUBNET
from tests.testbed.registry import Registry

_CHUNK = 16 * 1024
#: Headers that belong to one connection.
_OF_THE_CONNECTION = {"connection", "transfer-encoding", "keep-alive", "host"}


@dataclass(frozen=True)
class Answer:
    """What the proxy answers instead of the registry.

    stalls: it sends the head and half of the announced body, and then nothing.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    stalls: bool = False


#: What to answer to a request with this method and path; None for the registry's own answer.
Rule = Callable[[str, str], Answer | None]


def too_many(retry_after: str = "") -> Answer:
    """Return the answer of a registry whose limit is reached. retry_after: as the header."""
    error = '{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit"}'
    headers = {"Retry-After": retry_after} if retry_after else {}
    json = {"Content-Type": "application/json", **headers}
    return Answer(429, json, f'{{"errors":[{error}]}}')


class RegistryProxy:
    """Answers at ``address``, ``IP:PORT``.

    requests: ``METHOD PATH`` of all requests, in order. delay: seconds for which each blob is held
    back. most_at_once: how many repositories were at most asked for blobs at the same time.
    """

    def __init__(self, registry: Registry) -> None:
        self._upstream = urlsplit(registry.url).netloc
        self._lock = threading.Lock()
        self._downloads: Counter[str] = Counter()
        self._stopping = threading.Event()
        self.rule: Rule = lambda _method, _path: None
        self.delay = 0.0
        self.requests: list[str] = []
        self.most_at_once = 0
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer((str(SUBNET[1]), 0), handler)
        self._server.daemon_threads = True
        self.address = f"{SUBNET[1]}:{self._server.server_port}"

    def start(self) -> None:
        """Answer from now on."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End, with all stalled answers."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def asked(self, part: str) -> list[str]:
        """Return the requests that contain a text."""
        return [request for request in self.requests if part in request]

    def stall(self) -> None:
        """Wait until the proxy ends."""
        self._stopping.wait()

    def note(self, method: str, path: str) -> Answer | None:
        """Record a request, and return what to answer instead of the registry."""
        with self._lock:
            self.requests.append(f"{method} {path}")
        return self.rule(method, path)

    @contextmanager
    def download(self, path: str) -> Iterator[None]:
        """Count the download of a blob while it lasts."""
        repository, is_blob, _digest = path.partition("/blobs/")
        if not is_blob:
            yield
            return
        with self._lock:
            self._downloads[repository] += 1
            self.most_at_once = max(self.most_at_once, len(self._downloads))
        try:
            time.sleep(self.delay)
            yield
        finally:
            with self._lock:
                self._downloads[repository] -= 1
                self._downloads = +self._downloads

    def upstream(self) -> http.client.HTTPConnection:
        """Return a connection to the registry."""
        return http.client.HTTPConnection(self._upstream, timeout=60)


class _Handler(BaseHTTPRequestHandler):
    proxy: RegistryProxy

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_GET

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        answer = self.proxy.note(self.command, path)
        with suppress(OSError):
            if answer is not None:
                self._send(answer)
                return
            with self.proxy.download(path):
                self._forward()

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if answer.stalls else body)
        if answer.stalls:
            self.wfile.flush()
            self.proxy.stall()

    def _forward(self) -> None:
        upstream = self.proxy.upstream()
        try:
            upstream.putrequest(self.command, self.path, skip_accept_encoding=True)
            for name, value in self.headers.items():  # Some headers are there several times.
                if name.lower() not in _OF_THE_CONNECTION:
                    upstream.putheader(name, value)
            upstream.endheaders()
            answer = upstream.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.end_headers()
            while chunk := answer.read(_CHUNK):
                self.wfile.write(chunk)
        finally:
            upstream.close()


@contextmanager
def registry_proxy(registry: Registry) -> Iterator[RegistryProxy]:
    """Yield a proxy to a registry, which ends with the context."""
    proxy = RegistryProxy(registry)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.close()
