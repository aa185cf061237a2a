# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the figures with their targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from benchmarks.workloads import own_cost as own
from benchmarks.workloads.catalogue import (
    ANSIBLE,
    GENERATED,
    MORE_MODULES,
    PING,
    PYINFRA,
    RUN,
    RUN_CONFIGURED,
)
from benchmarks.workloads.host_cost import LATER
from benchmarks.workloads.lost_requests import START_FIRST
from benchmarks.workloads.measure import Tool
from benchmarks.workloads.results import Figures, Result


@dataclass(frozen=True)
class Target:
    """A figure and its limit.

    Attributes:
        what: describes the figure; `A / B` is a ratio of two medians.
        unit: shown after the figure and the limit; empty for a ratio.
        at_least: whether the limit is a minimum; otherwise, it is a maximum.
    """

    workload: str
    what: str
    figure: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


def judge(results: Mapping[str, Result]) -> list[Target]:
    """Return all targets of the workloads that were measured, in their order."""
    judges = {
        "W1": _unchanged,
        "W2": _more_resources,
        "W3": _more_hosts,
        "W4": _from_nothing,
        "W5": _one_change,
        "W6": _above_ansible,
        "W7": _start_up,
        "W8": _large,
        "W9": _whole_machine,
        "W10": _lost_requests,
        "W11": _cost_of_a_host,
        "W12": _round_trips,
        "W14": _large_fleets,
    }
    return [
        target
        for workload, judge in judges.items()
        if workload in results
        for target in judge(results[workload])
    ]


def _unchanged(result: Result) -> Iterator[Target]:
    (case,) = result.cases
    yield _slower_peer(result, case, ANSIBLE, 20)
    yield _slower_peer(result, case, PYINFRA, 3)
    ratio = case.median(RUN.name) / case.median(PING.name)
    yield Target("W1", f"{RUN.name} / {PING.name}", ratio, 0.75)


def _more_resources(result: Result) -> Iterator[Target]:
    one_file, one_container, _, hundred = result.cases
    for one in (one_file, one_container):
        ratio = hundred.median(RUN.name) / one.median(RUN.name)
        yield Target("W2", f"{hundred.name} / {one.name}", ratio, 1.3)


def _more_hosts(result: Result) -> Iterator[Target]:
    """Yield the time of one more host, from the smallest fleet to the largest."""
    if result.cases[0].hosts != result.cases[-1].hosts:
        yield _one_host_more(result, "", 1.3)


def _one_host_more(result: Result, what: str, limit: float) -> Target:
    smallest, largest = result.cases[0], result.cases[-1]

    def slope(tool: Tool) -> float:
        more = largest.median(tool.name) - smallest.median(tool.name)
        return more / (largest.hosts - smallest.hosts)

    what += f"{RUN.name} / {PING.name}, for each host from {smallest.hosts} to {largest.hosts}"
    least = slope(PING)  # Noise can make this zero or negative; then there is no ratio.
    ratio = slope(RUN) / least if least > 0 else float("inf")
    return Target(result.workload, what, ratio, limit)


def _from_nothing(result: Result) -> Iterator[Target]:
    case = result.cases[0]
    yield _slower_peer(result, case, ANSIBLE, 3)
    yield _slower_peer(result, case, PYINFRA, 1)


def _one_change(result: Result) -> Iterator[Target]:
    (case,) = result.cases
    yield _slower_peer(result, case, ANSIBLE, 10)


def _above_ansible(result: Result) -> Iterator[Target]:
    (case,) = result.cases
    for tool in (RUN, RUN_CONFIGURED):
        more = case.median(tool.name) - case.median(GENERATED.name)
        yield Target("W6", f"{tool.name} - {GENERATED.name}", more, 0.25, " s")


def _start_up(result: Result) -> Iterator[Target]:
    (case,) = result.cases
    for command, limit in ((own.HELP, 12.5), (own.VALIDATE, 25.0)):
        ratio = case.median(command) / case.median(own.PYTHON)
        yield Target("W7", f"{command} / {own.PYTHON}", ratio, limit)


def _large(result: Result) -> Iterator[Target]:
    once, twice, templates, memory = result.cases
    ratio = once.median(own.OURS) / once.median(own.ANSIBLE_INVENTORY)
    yield Target("W8", f"{once.name} / {own.ANSIBLE_INVENTORY}", ratio, 1)
    ratio = twice.median(own.OURS) / once.median(own.OURS)
    yield Target("W8", f"{twice.name} / {once.name}", ratio, 2)
    yield Target("W8", own.TEMPLATES, templates.median(own.TEMPLATES), 0.1, " s")
    yield Target("W8", f"memory, {memory.name}", memory.median(own.TREE), 1024, " MiB")


def _whole_machine(result: Result) -> Iterator[Target]:
    *_, one, more = result.cases
    for case in result.cases[:2]:
        for peer, limit in ((ANSIBLE, 10), (PYINFRA, 1.5)):
            target = _slower_peer(result, case, peer, limit)
            yield replace(target, what=f"{target.what}, {case.name}")

    def module(tool: Tool) -> float:
        return (more.median(tool.name) - one.median(tool.name)) / MORE_MODULES

    ours = module(RUN)
    yield Target("W9", f"one more unchanged module, {RUN.name}", ours * 1000, 30, " ms")
    ratio = module(ANSIBLE) / ours if ours > 0 else float("inf")
    what = f"one more unchanged module, {ANSIBLE.name} / {RUN.name}"
    yield Target("W9", what, ratio, 10, at_least=True)


def _lost_requests(result: Result) -> Iterator[Target]:
    _, *failures = result.cases
    for case in failures:
        yield Target("W10", f"{case.name}, {START_FIRST}", case.median(START_FIRST), 0)


def _cost_of_a_host(result: Result) -> Iterator[Target]:
    yield _one_host_more(result, "processor time of the controller, ", 0.8)


def _round_trips(result: Result) -> Iterator[Target]:
    *_, times, trips = result.cases
    yield Target(
        "W12", f"{RUN.name}, {LATER}, for each host", trips.median(RUN.name), 3, " round trips"
    )
    for peer, limit in ((PYINFRA, 5), (ANSIBLE, 30)):
        target = _slower_peer(result, times, peer, limit)
        yield replace(target, what=f"{target.what}, {LATER}")


def _large_fleets(result: Result) -> Iterator[Target]:
    *_, memory = result.cases
    for command in memory.values:
        yield Target("W14", f"{command}, {memory.name}", memory.median(command), 1536, " MiB")


def _slower_peer(result: Result, case: Figures, peer: Tool, limit: float) -> Target:
    ratio = case.median(peer.name) / case.median(RUN.name)
    return Target(result.workload, f"{peer.name} / {RUN.name}", ratio, limit, at_least=True)
