# SPDX-License-Identifier: GPL-3.0-or-later
"""apprise, in a process of its own, delivers messages to a service, and checks targets."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.watch.notifications.test_delivery import SECRET, parcel, target
from vigo_bridge.failures import Refusal
from vigo_bridge.watch.notifications.delivery import check, deliver
from vigo_bridge.watch.notifications.targets import read_targets


class Service(http.server.BaseHTTPRequestHandler):
    """A service for apprise that keeps what it gets."""

    status = 200
    got: list[dict[str, Any]] = []  # noqa: RUF012 - shared by the handlers on purpose

    def do_POST(self) -> None:
        """Keep the message."""
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """Yield the URL of a service, with a password in it."""
    Service.got, Service.status = [], 200
    server = http.server.HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"json://user:{SECRET}@127.0.0.1:{server.server_port}/{SECRET}/hook"
    server.shutdown()
    server.server_close()


def test_apprise_delivers(service: str) -> None:
    text = "a: <b>&amp; {{ 1 }} @everyone <!channel>\nsecond"
    assert deliver(target(service), parcel(text=text)) == ""
    (got,) = Service.got
    assert got["title"] == "shop: 1"
    assert got["message"] == "a: <b>&amp; {{ 1 }} @ everyone < !channel>\nsecond"
    assert got["type"] == "warning"


def test_apprise_fails(service: str) -> None:
    Service.status = 503
    problem = deliver(target(service), parcel())
    assert "503" in problem
    assert SECRET not in problem
    port = service.split(":")[3].split("/")[0]
    nobody = deliver(target(service.replace(port, "1")), parcel())
    assert nobody
    assert SECRET not in nobody


def test_apprise_refuses_a_url() -> None:
    check(read_targets(["json://localhost", "./tell"]))
    targets = read_targets(["json://localhost", f"nosuch://{SECRET}"])
    with pytest.raises(Refusal, match=r"target 2 \(nosuch://\.\.\.\)") as raised:
        check(targets)
    assert SECRET not in str(raised.value)
