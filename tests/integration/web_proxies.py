# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's HAProxy, nginx and Caddy, and Traefik, as containers, a service, and load through them.

The service writes down each request that it has done, so that lost ones and those that ran twice
are counted where it matters. Each request has an ID.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from docker import DockerClient

from tests.integration.web_client import HTTP2, NEW, PROGRAM
from tests.testbed.images import StandIn
from tests.testbed.layers import Recipe
from tests.testbed.upload import load as load_image

PAGE = Path(__file__).parents[2] / "docs/start-first.md"
IMAGE = "web-proxies:1"
_PACKAGES = ("haproxy", "nginx", "caddy", "python3-minimal", "libpython3-stdlib", "python3-h2")
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#: How each proxy is started with the configuration of the page, by the language of its block.
PROXIES = {
    "haproxy": 'printf %s "$CONFIG" > /tmp/c; exec haproxy -db -f /tmp/c',
    "nginx": "printf 'daemon off; user root; error_log stderr; events {}"
    ' http { access_log off; %s }\' "$CONFIG" > /tmp/c; mkdir -p /var/lib/nginx /var/log/nginx;'
    " exec nginx -c /tmp/c",
    "caddy": 'printf %s "$CONFIG" > /tmp/c;'
    " HOME=/tmp exec caddy run --config /tmp/c --adapter caddyfile",
}

#: Its program is a volume, and so is the engine's socket: it finds services by their labels.
TRAEFIK = {"toml": 'printf %s "$CONFIG" > /tmp/c.toml; exec traefik --configFile=/tmp/c.toml'}

#: What is different in a configuration if the clients use HTTP/2 without TLS.
_WITH_HTTP2 = {
    "haproxy": ("bind :80", "bind :80 proto h2"),
    "nginx": ("listen 80;", "listen 80 http2;"),
    "caddy": (":80 {", "{\nservers {\nprotocols h1 h2c\n}\n}\n:80 {"),
}

#: A server that keeps connections open, ends gracefully, and notes what it has done. It also
#: streams, and echoes on upgraded connections.
SERVICE = """
import base64, hashlib, http.server, os, signal, socket, threading, time

log = os.open("/done/" + socket.gethostname(), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.headers.get("Upgrade"):
            return self.echo()
        if "stream" in self.path:
            return self.stream()
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        if self.path != "/health":
            time.sleep(1.5 if "slow" in self.path else 0.002)
            os.write(log, (self.path + "\\n").encode())
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\\n")

    do_POST = do_GET

    def stream(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-Accel-Buffering", "no")
        self.end_headers()
        parts = 15 if "short" in self.path else 10000
        for _ in range(parts):
            self.wfile.write(b"3\\r\\nok\\n\\r\\n")
            time.sleep(0.1)
        self.wfile.write(b"0\\r\\n\\r\\n")
        os.write(log, (self.path + "\\n").encode())

    def echo(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accepted = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_response(101)
        self.send_header("Sec-WebSocket-Accept", accepted)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        self.wfile.flush()
        for line in self.rfile:
            self.wfile.write(line)
        self.close_connection = True

    def log_message(self, *_):
        pass

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

server = Server(("", 8080), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
time.sleep(0.3)
server.serve_forever()
"""


@dataclass
class Counts:
    """sent, failed: by proxy, and by proxy and how, as the clients saw it. repeated: the requests
    that the service ran more than once. done: how many it ran. cut: endless streams that ended, by
    proxy.
    """

    sent: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    done: int = 0
    cut: dict[str, int] = field(default_factory=dict)


def build(client: DockerClient) -> None:
    """Put the image of the proxies on an engine."""
    recipe = Recipe(packages=_PACKAGES, busybox=True, folders=("/tmp", "/run"))
    users, groups = "root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n"
    accounts = Recipe(texts={"/etc/passwd": users, "/etc/group": groups})
    load_image(StandIn(IMAGE, (recipe, accounts), {"Env": [_PATH]}), client)


def read_done(folder: Path) -> str:
    """Return what the services wrote to a folder of this machine."""
    return "".join(file.read_text() for file in folder.iterdir())


def configuration(language: str, name: str, network: str) -> str:
    """Return the configuration that the page shows for a proxy, for a service of this name."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    return str(found).replace("shop-api", name).replace('"shop"', f'"{network}"')


@contextmanager
def load(
    client: DockerClient,
    name: str,
    network: str,
    done: Callable[[], str],
    rate: int,
    *,
    connections: str = NEW,
    proxies: Mapping[str, str] = MappingProxyType(PROXIES),
    volumes: Sequence[str] = (),
) -> Iterator[Counts]:
    """Send so many requests a second through each proxy in the block.

    name: of the service. done: returns the requests that it noted as done, a line each.
    connections: one of `web_client.KINDS`. proxies: as `PROXIES`. volumes: of the proxies.
    """
    made = []
    counts = Counts()
    try:
        for language, start in proxies.items():
            settings = configuration(language, name, network)
            if connections == HTTP2:
                settings = settings.replace(*_WITH_HTTP2.get(language, ("", "")))
            proxy = client.containers.run(
                IMAGE,
                ["sh", "-c", start],
                name=f"{name}-{language}",
                network=network,
                environment={"CONFIG": settings},
                volumes=list(volumes),
                detach=True,
            )
            made.append(proxy)
        names = [str(proxy.name) for proxy in made]
        sender = client.containers.run(
            IMAGE,
            ["python3", "-u", "-c", PROGRAM],
            name=f"{name}-client",
            network=network,
            environment={
                "PROXIES": " ".join(names),
                "RATE": str(rate),
                "CONNECTIONS": connections,
            },
            detach=True,
        )
        made.append(sender)
        first = next(sender.logs(stream=True, follow=True)).decode().strip()
        assert first == "ready", sender.logs().decode()
        yield counts
        sender.stop(timeout=60)
        found = json.loads(sender.logs().decode().splitlines()[-1])
        counts.sent, counts.failed, counts.cut = found["sent"], found["failed"], found["cut"]
        ran = Counter(done().splitlines())
        counts.done = ran.total()
        counts.repeated = [path for path, times in ran.items() if times > 1]
    finally:
        for container in made:
            container.remove(force=True, v=True)
