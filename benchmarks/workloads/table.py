# SPDX-License-Identifier: GPL-3.0-or-later
"""The results as Markdown: the machine, the targets and all times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.workloads.catalogue import ANSIBLE, GENERATED, PING, PYINFRA, RUN, RUN_CONFIGURED
from benchmarks.workloads.host_cost import ROUND_TRIPS
from benchmarks.workloads.results import Figures, Result
from benchmarks.workloads.targets import Target, judge

NOTHING = "Nothing has been measured yet: `make bench ARGS=--write` does, and writes it here."

#: The number of digits after the decimal point, by unit; for other units, 0.
_DIGITS = {"s": 2, ROUND_TRIPS: 1}
_COLUMNS = tuple(tool.name for tool in (RUN, ANSIBLE, PYINFRA, PING, GENERATED, RUN_CONFIGURED))


def as_markdown(results: Mapping[str, Result]) -> str:
    """Return all tables of what has been measured."""
    if not results:
        return NOTHING
    blocks = [_origin(results), _targets(judge(results)), *_times(results)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def targets_as_text(targets: Sequence[Target]) -> str:
    """Return the targets for a terminal."""
    return "\n".join(
        f"{target.workload}  {'met   ' if target.met else 'MISSED'}"
        f"  {_measured(target):>10}  ({_limit(target)})  {target.what}"
        for target in targets
    )


def _origin(results: Mapping[str, Result]) -> list[str]:
    """Return the machines, the times, and how busy they were; one line for each machine."""
    machines: dict[str, list[Result]] = {}
    for result in results.values():
        parts = dict(result.machine)
        cores, processor, memory = parts.pop("cores"), parts.pop("processor"), parts.pop("memory")
        versions = ", ".join(f"{name} {version}" for name, version in parts.items())
        about = f"{cores} cores of {processor}, {memory}, {versions}"
        machines.setdefault(about, []).append(result)
    return [
        f"{', '.join(result.workload for result in found)}: measured on"
        f" {max(result.finished for result in found)[:10]}, on {about}. Load average before that:"
        f" {max(result.load for result in found):.1f}. Took"
        f" {sum(result.seconds for result in found) / 60:.0f} min."
        for about, found in machines.items()
    ]


def _targets(targets: Sequence[Target]) -> list[str]:
    rows = [
        (target.workload, target.what, _measured(target), _limit(target), _verdict(target))
        for target in targets
    ]
    return _table(("", "compared", "measured", "target", ""), rows)


def _measured(target: Target) -> str:
    digits = 0 if abs(target.figure) >= 100 else 1 if abs(target.figure) >= 10 else 2
    return f"{target.figure:.{digits}f}{target.unit}"


def _limit(target: Target) -> str:
    return f"at {'least' if target.at_least else 'most'} {target.limit:g}{target.unit}"


def _verdict(target: Target) -> str:
    return "met" if target.met else "**missed**"


def _times(results: Mapping[str, Result]) -> Iterator[list[str]]:
    cases = [(result.workload, case) for result in results.values() for case in result.cases]
    on_hosts = [
        (workload, case.name, str(case.hosts), *(_cell(case, column) for column in _COLUMNS))
        for workload, case in cases
        if case.hosts
    ]
    if on_hosts:
        yield _table(("", "resources", "hosts", *_COLUMNS), on_hosts)
    alone = [
        (workload, case.name, name, _figure(case, name))
        for workload, case in cases
        if not case.hosts
        for name in case.values
    ]
    if alone:
        yield _table(("", "work", "", "median"), alone)


def _cell(case: Figures, name: str) -> str:
    """Return the median, the range of its values, and its ratio to ours."""
    if name not in case.values:
        return ""
    times = case.median(name) / case.median(RUN.name)
    return f"{_figure(case, name)}" + (f"<br>{times:.1f} times" if name != RUN.name else "")


def _figure(case: Figures, name: str) -> str:
    values = case.values[name]
    digits = _DIGITS.get(case.unit, 0) + (case.unit == "s" and max(values) < 1)
    figure = f"{case.median(name):.{digits}f} {case.unit}"
    if len(values) == 1:
        return figure
    return f"{figure} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
