# SPDX-License-Identifier: GPL-3.0-or-later
"""``--listen``: a small HTTP server that only reads, and that no client can block.

Each connection has one request, a thread and a time limit; their number is limited.
"""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import reason
from vigo_bridge.failures import Refusal
from vigo_bridge.watch.server.listen_address import Access, ListenAddress, url_host

#: How many connections there may be at the same time, and how many seconds each may take.
MOST_CONNECTIONS = 32
LIMIT = 20.0
#: The headers of every response: a browser loads nothing else, and does not show it in frames of
#: other sites.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_CHALLENGE = 'Basic realm="vigo-bridge watch", charset="UTF-8"'
_ALLOWED = ("GET", "HEAD")
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Response:
    """The response to a request."""

    body: bytes
    type: str = _TEXT
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


#: Returns the response for a path and its query; None if there is no such page.
Pages = Callable[[str, str], Response | None]


class Server:
    """Answers requests in threads of its own, until it is closed."""

    def __init__(self, address: ListenAddress, access: Access, pages: Pages) -> None:
        """Begin to listen. Raise Refusal if that is not possible."""
        try:
            self._server = _Server(address, access, pages)
        except (OSError, OverflowError) as error:
            why = reason(error) if isinstance(error, OSError) else str(error)
            raise Refusal(
                f"--listen: cannot listen on {address.shown}: {why}; use another address or port"
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="listen", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens; with the port that the system chose for port 0."""
        host, port = self._server.server_address[:2]
        return f"http://{url_host(str(host), int(port))}/"

    def close(self) -> None:
        """End all connections and listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._server.end_connections(0)
        self._thread.join()


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Limits the number of connections and their time."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, address: ListenAddress, access: Access, pages: Pages) -> None:
        self.address_family = address.family
        self.access, self.pages = access, pages
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address.address, _Handler)

    def server_bind(self) -> None:
        """Bind as HTTPServer does, without asking a name server for our name."""
        if self.address_family == socket.AF_INET6:
            # [::] is then no address of IPv4, too.
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "", int(self.server_address[1])

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Return whether there is room for one more connection."""
        with self._lock:
            if len(self._open) >= MOST_CONNECTIONS:
                return False
            self._open[request] = time.monotonic()
        return True

    def close_request(self, request: Any) -> None:
        """Close a connection, and make room."""
        with self._lock:
            self._open.pop(request, None)
        super().close_request(request)

    def service_actions(self) -> None:
        """End connections that take too long; called at least every half second."""
        self.end_connections(LIMIT)

    def end_connections(self, limit: float) -> None:
        now = time.monotonic()
        with self._lock:
            late = [one for one, start in self._open.items() if now - start >= limit]
        for connection in late:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a client that disconnects is not our error."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """Reads one request."""

    server: _Server
    timeout = LIMIT

    def parse_request(self) -> bool:
        """Read a request, and answer those that are not allowed."""
        if not super().parse_request():
            return False
        if self.command not in _ALLOWED:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": ", ".join(_ALLOWED)})
        elif not self.server.access.knows_host(self.headers.get_all("Host", [])):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
        elif not self.server.access.allows(self.headers.get("Authorization")):
            self._refuse(HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": _CHALLENGE})
        else:
            return True
        return False

    def do_GET(self) -> None:
        """Answer a request."""
        path, _, query = self.path.partition("?")
        try:
            response = self.server.pages(path, query)
        except Exception as error:
            # An internal error must not be shown to a client.
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, text=type(error).__name__)
            return
        if response is None:
            self._refuse(HTTPStatus.NOT_FOUND)
        else:
            self._respond(response)

    def do_HEAD(self) -> None:
        """Answer a request; `_respond` leaves out the body."""
        self.do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse a request that cannot be read, without any part of it."""
        self._refuse(HTTPStatus(code))

    def version_string(self) -> str:
        """Return our name without versions."""
        return "vigo-bridge"

    def log_message(self, format: str, *arguments: Any) -> None:
        """Print nothing."""

    def _refuse(
        self, status: HTTPStatus, headers: Mapping[str, str] | None = None, text: str = ""
    ) -> None:
        shown = ": ".join(filter(None, [f"{status.value} {status.phrase}", text]))
        self._respond(Response(f"{shown}\n".encode(), status=status, headers=headers or {}))

    def _respond(self, response: Response) -> None:
        self.close_connection = True
        self.request_version = self.protocol_version  # The oldest one would have no headers.
        self.send_response(response.status)
        own = {
            "Content-Type": response.type,
            "Content-Length": str(len(response.body)),
            "Connection": "close",
        }
        for name, value in {**_HEADERS, **own, **response.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
