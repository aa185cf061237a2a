# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the hosts of a measurement: containers with sshd, an engine, and pulled images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from benchmarks.workloads.machine import machine, preparation
from benchmarks.workloads.quiet import wait_until_quiet
from benchmarks.workloads.work import FILES, FOLDER, IMAGES, TRACES
from tests.testbed import Host, Testbed

T = TypeVar("T")

_AT_A_TIME = 4
#: How many hosts are started together: a machine can be slow if it starts many engines.
_STEP = 10
#: The maximum memory of a host with its engine and containers, in MiB.
_MEMORY = 300
#: The state folder of vigo-bridge on a host.
_OUR_STATE = "/var/lib/vigo-bridge"


class Hosts:
    """Hosts named h1, h2 and so on, which are started when they are first needed. systemd: whether
    systemd runs on them. engine: whether they have an engine.
    """

    def __init__(self, testbed: Testbed, *, systemd: bool = False, engine: bool = True) -> None:
        self._testbed = testbed
        self._systemd = systemd
        self._engine = engine
        self._hosts: tuple[Host, ...] = ()

    def first(self, count: int) -> tuple[Host, ...]:
        """Return this number of hosts. Start those that do not run yet, and wait until they are
        quiet.
        """
        if len(self._hosts) < count:
            self._start(count)
            wait_until_quiet()
        return self._hosts[:count]

    def _start(self, count: int) -> None:
        while len(self._hosts) < count:
            begin = len(self._hosts)
            numbers = range(begin + 1, min(count, begin + _STEP) + 1)
            names = [f"h{number}" for number in numbers]
            started = self._testbed.fleet(names, systemd=self._systemd, engine=self._engine).hosts
            on_each(started, prepare)
            self._hosts += started

    def affordable(self, count: int) -> int:
        """Return the number, or a lower one if there is too little memory."""
        free = _available_memory() // _MEMORY
        return min(count, len(self._hosts) + free)


def on_each(hosts: Sequence[Host], job: Callable[[Host], T]) -> list[T]:
    """Run a job for each host, and return the results in the order of the hosts."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(job, hosts))


def empty(host: Host) -> None:
    """Remove all work, and what vigo-bridge keeps there; images and packages stay."""
    empty_of_the_work(host)
    forget_vigo_bridge(host)


def empty_of_the_work(host: Host) -> None:
    """Remove the same, but keep the module of vigo-bridge, as on a host that it has seen before."""
    host.run(
        "docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes"
        f" && rm -rf {FOLDER} {_OUR_STATE}/journal && mkdir -p {FILES} {TRACES}"
    )
    host.run(preparation(machine()))


def forget_vigo_bridge(host: Host) -> None:
    """Remove what vigo-bridge keeps on a host, its modules included."""
    host.run(f"rm -rf {_OUR_STATE}")


def forget(host: Host, path: str) -> None:
    host.run(f"rm -f {path}")


def prepare(host: Host) -> None:
    """Pull the images of the work, and remove all that earlier work left."""
    for image in IMAGES if host.has_engine else ():
        host.docker("pull", "--quiet", image)
    empty(host)


def _available_memory() -> int:
    """Return the available memory in MiB."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    found = next(line for line in lines if line.startswith("MemAvailable:"))
    return int(found.split()[1]) // 1024
