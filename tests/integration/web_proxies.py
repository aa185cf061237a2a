# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's HAProxy, nginx and Caddy as containers, a service, and load through them.

The service writes down each request that it has done, so that lost ones and those that ran twice
are counted where it matters. Each request has an ID.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from docker import DockerClient

from tests.testbed.images import StandIn
from tests.testbed.layers import Recipe
from tests.testbed.upload import load as load_image

PAGE = Path(__file__).parents[2] / "docs/start-first.md"
IMAGE = "web-proxies:1"
_PACKAGES = ("haproxy", "nginx", "caddy", "python3-minimal", "libpython3-stdlib")
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

#: Sends requests at a rate to each proxy; every 50th takes long. Each is on a new connection, or
#: all of a worker are on one while it stays open. Further workers read streams and talk on
#: upgraded connections, as websockets are.
_CLIENT = """
import collections, http.client, json, os, signal, socket, threading, time

proxies, rate, workers = os.environ["PROXIES"].split(), int(os.environ["RATE"]), 12
keeps = os.environ["KEEPS"] == "1"
failed, sent, cut = collections.Counter(), collections.Counter(), collections.Counter()
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())

def ask(proxy, number):
    count, due, connection = 0, time.monotonic() + number / rate, None
    while not stopped.is_set():
        due += workers / rate
        time.sleep(max(0, due - time.monotonic()))
        count += 1
        kind = "slow" if count % 50 == 0 else "quick"
        try:
            connection = connection or http.client.HTTPConnection(proxy, 80, timeout=10)
            path = "/%s/%s/%d/%d" % (proxy, kind, number, count)
            connection.request("POST" if count % 2 else "GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failed["%s: %d" % (proxy, answer.status)] += 1
            if not keeps:
                connection.close()
        except Exception as error:
            failed["%s: %r" % (proxy, error)] += 1
            connection.close()
        sent[proxy] += 1

def read_streams(proxy, kind):
    count = 0
    while not stopped.is_set():
        count += 1
        connection = http.client.HTTPConnection(proxy, 80, timeout=10)
        try:
            connection.request("GET", "/%s/stream/%s/%d" % (proxy, kind, count))
            answer, lines = connection.getresponse(), 0
            while answer.readline() and not (kind == "endless" and stopped.is_set()):
                lines += 1
            if kind == "short" and (answer.status, lines) != (200, 15):
                failed["%s: stream: %d after %d" % (proxy, answer.status, lines)] += 1
            if kind == "endless" and not stopped.is_set():
                cut[proxy] += 1
        except Exception as error:
            if kind == "short":
                failed["%s: stream: %r" % (proxy, error)] += 1
            else:
                cut[proxy] += 1
        connection.close()
        if kind == "short":
            sent[proxy] += 1

def talk(proxy):
    while not stopped.is_set():
        try:
            with socket.create_connection((proxy, 80), timeout=10) as peer:
                peer.sendall(b"GET /talk HTTP/1.1\\r\\nHost: x\\r\\nConnection: Upgrade\\r\\n"
                             b"Upgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\n"
                             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")
                answers = peer.makefile("rb")
                status = answers.readline()
                assert b" 101 " in status, status
                while answers.readline().strip():
                    pass
                for _ in range(15):
                    peer.sendall(b"ping\\n")
                    assert answers.readline() == b"ping\\n", "no echo"
                    time.sleep(0.1)
        except Exception as error:
            failed["%s: talk: %r" % (proxy, error)] += 1
            time.sleep(0.1)

work = [(ask, proxy, number) for proxy in proxies for number in range(workers)]
if keeps:
    work += [(read_streams, proxy, kind) for proxy in proxies for kind in ("short", "endless")]
    work += [(talk, proxy) for proxy in proxies]
threads = [threading.Thread(target=each[0], args=each[1:]) for each in work]
for thread in threads:
    thread.start()
print("ready", flush=True)
stopped.wait()
for thread in threads:
    thread.join()
print(json.dumps({"sent": sent, "failed": failed, "cut": cut}))
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


def configuration(language: str, name: str) -> str:
    """Return the configuration that the page shows for a proxy, for a service of this name."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    return str(found).replace("shop-api", name)


@contextmanager
def load(
    client: DockerClient,
    name: str,
    network: str,
    done: Callable[[], str],
    rate: int,
    *,
    keeps: bool = False,
) -> Iterator[Counts]:
    """Send so many requests a second through each proxy in the block.

    name: of the service. done: returns the requests that it noted as done, a line each. keeps:
    whether connections stay open, and there are streams and upgraded connections beside the
    requests.
    """
    made = []
    counts = Counts()
    try:
        for language, start in PROXIES.items():
            proxy = client.containers.run(
                IMAGE,
                ["sh", "-c", start],
                name=f"{name}-{language}",
                network=network,
                environment={"CONFIG": configuration(language, name)},
                detach=True,
            )
            made.append(proxy)
        proxies = [str(proxy.name) for proxy in made]
        sender = client.containers.run(
            IMAGE,
            ["python3", "-u", "-c", _AWAIT + _CLIENT],
            name=f"{name}-client",
            network=network,
            environment={
                "PROXIES": " ".join(proxies),
                "RATE": str(rate),
                "KEEPS": str(int(keeps)),
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


#: Waits until each proxy answers.
_AWAIT = """
import http.client, os, time
for proxy in os.environ["PROXIES"].split():
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection(proxy, 80, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                break
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise SystemExit("%s does not answer" % proxy)
        time.sleep(0.2)
"""
