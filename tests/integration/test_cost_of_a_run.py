# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run without changes costs, in numbers: programs, connections and round trips.

A slow-down shows here as a number, on any machine. The numbers of requests to an engine are in
tests/unit/module_utils/types/container/test_before_changes.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.workloads import ours
from benchmarks.workloads.controller import Controller, controller
from benchmarks.workloads.hosts import empty, on_each, prepare
from benchmarks.workloads.work import work
from tests.testbed import Fleet, Host, debian
from tests.testbed.relay import relay

pytestmark = [pytest.mark.integration, pytest.mark.hosts]

WORK = work(containers=2, files=3, commands=2)
#: All programs of one call on three hosts; Ansible's inventory and playbook are one of Python.
PROGRAMS = {"vigo-bridge": 1, "python3": 1, "ssh": 3}
#: Python itself starts it in each program of Ansible, to find the C library.
IGNORED = "ldconfig"
#: Of each host, with an open connection.
ROUND_TRIPS = 3
#: One log for each process, as lines of several processes could be mixed up.
_STRACE = ("strace", "-ff", "-qq", "-s", "200", "-e", "trace=execve", "-e", "signal=none")
_STARTED = re.compile(r'^execve\("([^"]*)", .* = 0$', re.M)


@pytest.fixture
def place() -> Iterator[Controller]:
    with controller() as found:
        yield found


@pytest.fixture
def hosts(fleet3: Fleet) -> Iterator[tuple[Host, ...]]:
    on_each(fleet3.hosts, prepare)
    yield fleet3.hosts
    on_each(fleet3.hosts, empty)


def test_a_run_without_changes(hosts: tuple[Host, ...], place: Controller, tmp_path: Path) -> None:
    debian.provide({"strace": "strace"})
    with relay(hosts, 0.02) as slow:
        ours.run(place, WORK, slow.hosts).seconds()
        before = slow.connections, slow.round_trips
        call = ours.run(place, WORK, slow.hosts)
        call.prefixed(*_STRACE, "-o", str(tmp_path / "process")).seconds()
        after = slow.connections, slow.round_trips
        place.disconnect()
    logs = [path.read_text() for path in tmp_path.glob("process.*")]
    started = Counter(Path(path).name for log in logs for path in _STARTED.findall(log))
    started.pop(IGNORED, None)
    assert started == PROGRAMS
    assert after[0] == before[0], "open connections are used again"
    assert after[1] - before[1] <= ROUND_TRIPS * len(slow.hosts)
