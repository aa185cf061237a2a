# SPDX-License-Identifier: GPL-3.0-or-later
"""A container that sends requests to another one by its name, and counts the responses.

It resolves the name as proxies do: a few times a second, keeping the last address if there is no
answer. On a busy machine it may not get to that for longer than an old container is given to
finish; what fails then is counted apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docker import DockerClient

IMAGE = "debian:bookworm-slim"

_CLIENT = """
import collections, http.client, json, os, signal, socket, sys, threading, time

name, rate, workers = os.environ["NAME"], int(os.environ["RATE"]), 8
found, stopped = collections.Counter(), threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
address, resolved = socket.gethostbyname(name), time.monotonic()

def resolve():
    global address, resolved
    while not stopped.wait(0.25):
        began = time.monotonic()
        try:
            address = socket.gethostbyname(name)
        except OSError:
            pass
        resolved = began

def ask(number):
    due = time.monotonic() + number / rate
    while not stopped.is_set():
        due += workers / rate
        time.sleep(max(0, due - time.monotonic()))
        is_late = time.monotonic() - resolved > 0.6
        try:
            connection = http.client.HTTPConnection(address, timeout=5)
            connection.request("GET", "/", headers={"Host": name})
            answer = connection.getresponse()
            text = answer.read().split()[0].decode()
            connection.close()
            found[text if answer.status == 200 else "status %d" % answer.status] += 1
        except Exception as error:
            found["late" if is_late else "failed: %r" % error] += 1

threads = [threading.Thread(target=resolve)]
threads += [threading.Thread(target=ask, args=(number,)) for number in range(workers)]
for thread in threads:
    thread.start()
print("ready", flush=True)
stopped.wait()
for thread in threads:
    thread.join()
print(json.dumps(found))
"""


class Load:
    """answers: how often each first word was answered, once the load has ended; what begins with
    ``failed`` or ``status`` was no answer. late: how many requests failed because the name was not
    resolved in time.
    """

    def __init__(self) -> None:
        self.answers: Mapping[str, int] = {}
        self.late = 0

    @property
    def failures(self) -> dict[str, int]:
        return {
            word: count
            for word, count in self.answers.items()
            if word.startswith(("failed", "status"))
        }


@contextmanager
def load(client: DockerClient, name: str, network: str, rate: int = 50) -> Iterator[Load]:
    """Ask so many times a second in the block."""
    options: dict[str, Any] = {
        "environment": {"NAME": name, "RATE": str(rate)},
        "network": network,
        "name": f"{name}-client",
        "entrypoint": ["python3", "-u", "-c", _CLIENT],
    }
    container = client.containers.run(IMAGE, detach=True, **options)
    found = Load()
    try:
        lines = container.logs(stream=True, follow=True)
        first = next(lines).decode().strip()
        assert first == "ready", first
        yield found
        container.stop(timeout=30)
        counted = json.loads(container.logs().decode().splitlines()[-1])
        found.late = counted.pop("late", 0)
        found.answers = counted
    finally:
        container.remove(force=True, v=True)
