# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the time and memory that a large fleet needs on the controller.

All hosts are this machine, with Ansible's local connection, and each runs one command. Compared are
`vigo-bridge run` for all hosts at once, the same in batches, and `ansible-playbook` alone on the
generated project. Usage: ``python -m benchmarks.fleet [HOSTS] [FORKS]``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.integration.local_fleet import LocalFleet
from vigo_bridge.run.processes import children

_MIB = 1024


@dataclass
class Cost:
    """seconds: wall-clock time. processor: processor time of all processes. own, tree: the maximum
    memory in MiB, of the process and with all its child processes. out: its output.
    """

    seconds: float
    processor: float
    own: float
    tree: float
    out: str


def main(hosts: int = 200, forks: int = 50) -> None:
    with TemporaryDirectory() as folder:
        fleet = LocalFleet(Path(folder), [], count=hosts)
        environment = {**os.environ, **fleet.environment}
        batch = max(1, hosts // 8)
        ours = [sys.executable, "-m", "vigo_bridge"]
        project = Path(folder) / "project"
        generate = fleet.command()
        generate[0:1] = ["generate", str(project)]
        subprocess.run([*ours, *generate[:-2]], env=environment, check=True, capture_output=True)
        playbook = [str(Path(sys.executable).with_name("ansible-playbook")), "site.yml"]
        cases: dict[str, Sequence[str]] = {
            "at once": [*ours, *fleet.command("--forks", str(forks))],
            f"batches of {batch}": [
                *ours,
                *fleet.command("--forks", str(forks), "--batch-size", str(batch)),
            ],
            "ansible-playbook alone": [*playbook, "--forks", str(forks)],
        }
        print(f"{hosts} hosts, {forks} at a time\n")
        print(f"{'':<24}{'s':>8}{'s CPU':>8}{'MiB':>8}{'MiB tree':>10}")
        for name, command in cases.items():
            cost = measured(command, project, environment)
            check(cost.out, name, hosts)
            print(
                f"{name:<24}{cost.seconds:>8.1f}{cost.processor:>8.1f}{cost.own:>8.0f}"
                f"{cost.tree:>10.0f}"
            )
        print(f"\nload average {' '.join(f'{load:.1f}' for load in os.getloadavg())}")


def check(out: str, name: str, hosts: int) -> None:
    """Check that every host has its own result."""
    if name.startswith("ansible"):
        assert out.count("changed=1") == hosts, out[-2000:]
        return
    envoys = json.loads(out)["envoys"]
    assert [envoy["status"] for envoy in envoys.values()] == ["changed"] * hosts


def measured(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    before, clock = os.times(), time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peaks = [0.0, 0.0]
    watcher = threading.Thread(target=_watch, args=(process, peaks))
    watcher.start()
    out, _ = process.communicate()
    watcher.join()
    after = os.times()
    processor = after.children_user + after.children_system
    processor -= before.children_user + before.children_system
    own, tree = peaks
    return Cost(time.monotonic() - clock, processor, own, tree, out)


def _watch(process: subprocess.Popen[str], peaks: list[float]) -> None:
    while process.poll() is None:
        tree = _tree(process.pid)
        peaks[0] = max(peaks[0], _memory(process.pid))
        peaks[1] = max(peaks[1], sum(map(_memory, tree)))
        time.sleep(0.2)


def _tree(process: int) -> list[int]:
    found = [process]
    for child in children(process):
        found += _tree(child)
    return found


def _memory(process: int) -> float:
    """Return the memory in MiB, with shared pages divided among processes."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / _MIB
    return 0.0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
