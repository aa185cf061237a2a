# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what needs no hosts: start-up (W7), large stacks (W8), and large fleets (W14)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import fleet, resolve
from benchmarks.workloads.controller import BenchmarkError
from benchmarks.workloads.ours import PROGRAM
from benchmarks.workloads.results import Figures
from tests.integration.local_fleet import LocalFleet
from tests.testbed.common import say

ROOT = Path(__file__).parents[2]
PYTHON, HELP, VALIDATE = "python3 -c pass", "vigo-bridge --help", "vigo-bridge config validate"
OURS, ANSIBLE_INVENTORY = "vigo-bridge", "ansible-inventory --list"
TEMPLATES = f"{resolve.TEMPLATES} templates, processor time"
PLAN, TREE = "vigo-bridge plan", "with all that it starts"
#: The commands of W14, and the status that each host must have after it.
FLEET_COMMANDS = {PLAN: "pending", "vigo-bridge run": "changed"}

#: Short calls are repeated often, so that their median is stable.
_CALLS_IN_A_ROUND = 7
_FORKS = 10
_FORKS_OF_A_FLEET = 50


def start_up(rounds: int) -> Iterator[Figures]:
    """Measure commands that connect to no host, in turn with the start of Python."""
    commands = {
        PYTHON: (sys.executable, "-c", "pass"),
        HELP: (PROGRAM, "--help"),
        VALIDATE: (PROGRAM, "config", "validate"),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(1 + rounds * _CALLS_IN_A_ROUND):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
            if number:  # The first one is the warm-up.
                times[name].append(time.perf_counter() - start)
    yield Figures("start", 0, times)


def large(rounds: int, envoys: int, local_hosts: int) -> Iterator[Figures]:
    """Load and resolve a stack for many envoys, and plan many hosts, all of them this machine."""
    for pair in resolve.side_by_side(envoys, max(1, rounds - 1)):
        times = {
            OURS: [spent.wall for spent in pair.ours],
            ANSIBLE_INVENTORY: [spent.wall for spent in pair.ansible],
        }
        yield Figures(f"{pair.hosts} envoys resolved", 0, times)
    yield Figures("templates", 0, {TEMPLATES: resolve.templates(rounds)})
    yield _plan_memory(local_hosts)


def fleets(counts: Sequence[int]) -> Iterator[Figures]:
    """Plan and converge many hosts once, all of them this machine."""
    for hosts in counts:
        costs = {}
        for command, status in FLEET_COMMANDS.items():
            say(f"  {command}, {hosts} local hosts")
            costs[command] = _on_local_hosts(command, status, hosts, _FORKS_OF_A_FLEET)
        name = f"{hosts} local hosts, {_FORKS_OF_A_FLEET} at a time"
        yield Figures(name, 0, {of: [cost.seconds] for of, cost in costs.items()})
        yield Figures(name, 0, {of: [cost.tree] for of, cost in costs.items()}, "MiB")


def _plan_memory(hosts: int) -> Figures:
    cost = _on_local_hosts(PLAN, FLEET_COMMANDS[PLAN], hosts, _FORKS)
    name = f"{hosts} local hosts planned, {_FORKS} at a time"
    return Figures(name, 0, {PLAN: [cost.own], TREE: [cost.tree]}, "MiB")


def _on_local_hosts(command: str, status: str, hosts: int, forks: int) -> fleet.Cost:
    with TemporaryDirectory() as folder:
        local = LocalFleet(Path(folder), [], count=hosts)
        _, name = command.split()
        call = [PROGRAM, name, *local.command("--forks", str(forks))[1:]]
        cost = fleet.measured(call, Path(folder), {**os.environ, **local.environment})
    statuses = [envoy["status"] for envoy in json.loads(cost.out)["envoys"].values()]
    if statuses != [status] * hosts:
        raise BenchmarkError(
            f"{command} says {set(statuses)} of {len(statuses)} hosts, not {status}"
        )
    return cost
