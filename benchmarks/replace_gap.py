# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures for how long a published port does not respond while its container is replaced.

Compares vigo.bridge.container with community.docker.docker_container, in one run, on one engine,
with a working image and with one that exits when it starts. The first run creates a virtual
environment with Ansible's community package. Needs the testbed. Usage: ``python -m
benchmarks.replace_gap [ROUNDS]``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.testbed import Engine, use_testbed
from tests.testbed.peers import community_docker

ROOT = Path(__file__).parents[1]
NAME, PORT = "replace-gap", 18473
OLD, NEW = "traefik/whoami:v1.10.1", "traefik/whoami:v1.10.2"
BROKEN = "traefik/whoami:broken"
#: Seconds after which a service without a response counts as lost.
PATIENCE = 15.0

MODULES = {
    "vigo.bridge": {
        "vigo.bridge.container": {"container": NAME, "settle_time": "1s", "restart": "no"},
    },
    "community.docker": {
        "community.docker.docker_container": {"name": NAME, "restart_policy": "no"},
    },
}


@dataclass
class Probe:
    """Sends requests to the port continuously. gap: the longest time without a response, in
    seconds.
    """

    gap: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Probe:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        last = time.monotonic()
        while not self._done.is_set() or not answers():
            now = time.monotonic()
            if answers():
                last = now
            self.gap = max(self.gap, time.monotonic() - last)
            if self._done.is_set() and now - last > PATIENCE:
                self.gap = float("inf")
                return
            time.sleep(0.005)


def answers() -> bool:
    """Return whether the published port serves a page."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=1) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def apply(python: Path, tool: str, image: str, engine: Engine, folder: Path) -> None:
    """Run one playbook with one task; it may fail."""
    ((module, arguments),) = MODULES[tool].items()
    ports = [f"127.0.0.1:{PORT}:80"]
    task = {module: {**arguments, "image": image, "ports": ports, **_host(tool, engine)}}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    play["vars"] = {"ansible_python_interpreter": str(python)}
    playbook = folder / "play.yml"
    playbook.write_text(json.dumps([play]))
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT), "ANSIBLE_HOME": str(folder)}
    command = [str(python.with_name("ansible-playbook")), str(playbook)]
    subprocess.run(command, env=environment, capture_output=True, check=False)


def _host(tool: str, engine: Engine) -> dict[str, str]:
    return {"docker_host": engine.docker_host}


def measure(python: Path, tool: str, image: str, engine: Engine) -> float:
    """Measure the gap of one replacement, in seconds; infinite if the service does not respond
    again.
    """
    with TemporaryDirectory() as folder:
        apply(python, tool, OLD, engine, Path(folder))
        while not answers():
            time.sleep(0.05)
        with Probe() as probe:
            apply(python, tool, image, engine, Path(folder))
    remove(engine)
    return probe.gap


def remove(engine: Engine) -> None:
    client = engine.client()
    for container in client.containers.list(all=True, filters={"name": NAME}):
        container.remove(force=True, v=True)
    client.close()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    pythons = {"vigo.bridge": Path(sys.executable), "community.docker": community_docker()}
    with use_testbed() as testbed:
        engine = testbed.test_engine()
        client = engine.client()
        for image in (OLD, NEW, BROKEN):
            client.images.pull(image)
        client.close()
        remove(engine)
        for kind, image in (("good image", NEW), ("broken image", BROKEN)):
            gaps: dict[str, list[float]] = {tool: [] for tool in pythons}
            for _ in range(rounds):
                for tool, python in pythons.items():
                    gaps[tool].append(measure(python, tool, image, engine))
            report(kind, gaps)
    print(f"load average at the end: {os.getloadavg()[0]:.1f}")


def report(kind: str, gaps: dict[str, list[float]]) -> None:
    for tool, measured in gaps.items():
        shown = ", ".join(f"{gap:.2f}" for gap in measured)
        print(f"{kind}: {tool}: median {statistics.median(measured):.2f} s ({shown})")
    ours, theirs = (statistics.median(gaps[tool]) for tool in MODULES)
    print(f"{kind}: {theirs / ours:.1f} times as long with community.docker", flush=True)


if __name__ == "__main__":
    main()
