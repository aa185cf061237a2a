# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares vigo-bridge with other tools, on the same hosts, in turn.

    python -m benchmarks.workloads [W1 W2 ...] [--rounds 3] [--write]

The figures of each workload are stored in benchmarks/results, so that you can repeat a single one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from benchmarks.workloads import host_cost, lost_requests, own_cost, page, results
from benchmarks.workloads.catalogue import MANY, ON_SYSTEMD, PING, cases
from benchmarks.workloads.controller import BenchmarkError, Controller, controller
from benchmarks.workloads.hosts import Hosts
from benchmarks.workloads.measure import measure
from benchmarks.workloads.results import Figures, Result
from benchmarks.workloads.table import targets_as_text
from benchmarks.workloads.targets import judge
from tests.testbed import Testbed, TestbedError, use_testbed
from tests.testbed.common import say

#: In the order in which they run: those without hosts first, the one with the most hosts last, so
#: that running hosts of one workload do not slow down another one.
WORKLOADS = (
    *("W7", "W8", "W14", "W10"),
    *("W1", "W2", "W4", "W5", "W6", "W12", "W13", "W9", "W3", "W11"),
)

#: The load average per core up to which a machine counts as idle.
_QUIET = 0.25


def main() -> int:
    arguments = _arguments()
    begin, failed = time.monotonic(), []
    with ExitStack() as stack:
        bench = Bench(stack, arguments.hosts, arguments.rounds)
        for workload in _wanted(arguments):
            try:
                results.save(bench.result(workload), arguments.results)
            except (BenchmarkError, TestbedError, subprocess.SubprocessError) as error:
                failed.append(workload)
                print(f"{workload} failed: {error}", file=sys.stderr)
    found = results.load(arguments.results)
    if arguments.write or arguments.render:
        try:
            page.write(found)
        except ValueError as error:
            failed.append("docs/speed.md")
            print(f"docs/speed.md was not changed: {error}", file=sys.stderr)
    print(targets_as_text(judge(found)))
    print(f"\n{time.monotonic() - begin:.0f} s in all" + (f"; failed: {failed}" if failed else ""))
    return 1 if failed else 0


class Bench:
    """Measures one workload after the other on hosts that are started when first needed."""

    def __init__(self, stack: ExitStack, hosts: int, rounds: int) -> None:
        """Prepare a benchmark. stack: ends what was started."""
        self._stack = stack
        self._usual = hosts
        self._rounds = rounds
        self._load = os.getloadavg()[0]

    def result(self, workload: str) -> Result:
        """Run a workload, and return the result. Raise BenchmarkError and TestbedError."""
        say(f"{workload} ...")
        begin = time.monotonic()
        measured = tuple(self._figures(workload))
        return Result(
            workload=workload,
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=time.monotonic() - begin,
            load=self._load,
            machine=results.machine(),
            cases=measured,
        )

    def _figures(self, workload: str) -> Iterable[Figures]:
        match workload:
            case "W7":
                return own_cost.start_up(self._rounds)
            case "W8":
                # 10,000 envoys and 1,000 local hosts, with the usual ten hosts.
                return own_cost.large(self._rounds, 1000 * self._usual, 100 * self._usual)
            case "W10":
                return lost_requests.figures(self._testbed, self._rounds)
            case "W11":
                counts = [self._usual, 5 * self._usual, 20 * self._usual]
                fleet = Hosts(self._testbed, engine=False)
                return host_cost.processor_time(self._controller, fleet, counts, self._rounds)
            case "W12":
                hosts = self._hosts.first(self._usual)
                return host_cost.latency(self._controller, hosts, self._rounds)
            case "W14":
                return own_cost.fleets([100 * self._usual, 500 * self._usual])
            case _:
                return self._on_hosts(workload)

    def _on_hosts(self, workload: str) -> Iterator[Figures]:
        many = self._hosts.affordable(self._usual * MANY // 10) if workload == "W3" else self._usual
        for case in cases(workload, self._usual, many):
            say(f"{workload}: {case.name}, {case.hosts} hosts")
            fleet = self._hosts_with_systemd if workload in ON_SYSTEMD else self._hosts
            hosts = fleet.first(case.hosts)
            situation = case.situation(self._controller, hosts, case.work)
            yield Figures(case.name, case.hosts, measure(situation, case.tools, self._rounds, PING))

    @cached_property
    def _testbed(self) -> Testbed:
        return self._stack.enter_context(use_testbed())

    @cached_property
    def _hosts(self) -> Hosts:
        return Hosts(self._testbed)

    @cached_property
    def _hosts_with_systemd(self) -> Hosts:
        return Hosts(self._testbed, systemd=True)

    @cached_property
    def _controller(self) -> Controller:
        return self._stack.enter_context(controller())


def _wanted(arguments: argparse.Namespace) -> list[str]:
    if arguments.render:
        return []
    if (load := os.getloadavg()[0]) > _QUIET * (os.cpu_count() or 1):
        say(f"this machine is busy (load average {load:.1f}), so the figures will not be reliable")
    return [each for each in WORKLOADS if each in (arguments.workloads or WORKLOADS)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workloads",
        description="Compares vigo-bridge with other tools, on the same hosts, in turn.",
    )
    parser.add_argument(
        "workloads", nargs="*", metavar="W1", help="which to measure, W1 to W14; all by default"
    )
    parser.add_argument("--rounds", type=int, default=3, help="calls of each tool (3)")
    parser.add_argument(
        "--hosts",
        type=int,
        default=10,
        help="how many, for tests on a small machine; W3, W8, W11 and W14 follow (10)",
    )
    parser.add_argument(
        "--write", action="store_true", help="write all available results to docs/speed.md"
    )
    parser.add_argument(
        "--render", action="store_true", help="do the same without a new measurement"
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=results.FOLDER,
        metavar="FOLDER",
        help="the folder for the figures (benchmarks/results)",
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.workloads) - set(WORKLOADS):
        parser.error(f"no such workload: {', '.join(sorted(unknown))}; expected W1 to W14")
    if arguments.rounds < 1 or arguments.hosts < 1:
        parser.error("--rounds and --hosts are at least 1")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
