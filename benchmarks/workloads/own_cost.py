# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures W7 and W8, which need no hosts: start-up, large stacks, and memory for a large fleet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import fleet, resolve
from benchmarks.workloads.controller import BenchmarkError
from benchmarks.workloads.ours import PROGRAM
from benchmarks.workloads.results import Figures
from tests.integration.local_fleet import LocalFleet

ROOT = Path(__file__).parents[2]
PYTHON, HELP, VALIDATE = "python3 -c pass", "vigo-bridge --help", "vigo-bridge config validate"
OURS, ANSIBLE_INVENTORY = "vigo-bridge", "ansible-inventory --list"
TEMPLATES = f"{resolve.TEMPLATES} templates, processor time"
PLAN, TREE = "vigo-bridge plan", "with all that it starts"

#: Short calls are repeated often, so that their median is stable.
_CALLS_IN_A_ROUND = 7
_FORKS = 10


def start_up(rounds: int) -> Iterator[Figures]:
    """Measure calls that reach no host, in turns with the start of Python itself."""
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
    """Load and resolve a stack for many envoys, and plan many hosts that are this machine."""
    for pair in resolve.side_by_side(envoys, max(1, rounds - 1)):
        times = {
            OURS: [spent.wall for spent in pair.ours],
            ANSIBLE_INVENTORY: [spent.wall for spent in pair.ansible],
        }
        yield Figures(f"{pair.hosts} envoys resolved", 0, times)
    yield Figures("templates", 0, {TEMPLATES: resolve.templates(rounds)})
    yield _plan_memory(local_hosts)


def _plan_memory(hosts: int) -> Figures:
    with TemporaryDirectory() as folder:
        local = LocalFleet(Path(folder), [], count=hosts)
        command = [PROGRAM, "plan", *local.command("--forks", str(_FORKS))[1:]]
        cost = fleet.measured(command, Path(folder), {**os.environ, **local.environment})
    statuses = [envoy["status"] for envoy in json.loads(cost.out)["envoys"].values()]
    if statuses != ["pending"] * hosts:
        raise BenchmarkError(f"plan says {set(statuses)} of {len(statuses)} hosts, not pending")
    name = f"{hosts} local hosts planned, {_FORKS} at a time"
    return Figures(name, 0, {PLAN: [cost.own], TREE: [cost.tree]}, "MiB")
