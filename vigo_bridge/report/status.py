# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the state of a stack on its hosts, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import hanging, one_line
from ansible_collections.vigo.bridge.plugins.plugin_utils.stack_states import LastRun
from vigo_bridge.report.columns import print_line
from vigo_bridge.report.exit_status import OK, PENDING, exit_status
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.report.status_rows import Group, Kind, groups, is_sick
from vigo_bridge.report.terminal import listed
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult
from vigo_bridge.wording import counted

#: The symbol of each kind of row, on terminals with and without Unicode, and its style.
_SYMBOLS = {
    Kind.BROKEN: ("✗", "x", "bold red"),
    Kind.DRIFT: ("~", "~", "yellow"),
    Kind.ORPHAN: ("-", "-", "magenta"),
    Kind.GOOD: ("✓", "+", "green"),
}
_WITHOUT_ANSWER = (EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE, EnvoyStatus.INTERRUPTED)
#: The widest column: a wider cell shifts only the rest of its own line.
_WIDEST = 60
#: For more hosts than this, only the number is shown.
_NAMED = 10
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def status_of(result: RunResult) -> int:
    """Return the exit status: an unhealthy container counts as drift."""
    status = exit_status(result)
    return PENDING if status == OK and _sick(result) else status


def status_as_data(result: RunResult) -> dict[str, Any]:
    """Return the document of a run, with the containers and the last run of each host."""
    data = run_as_data(result)
    if exit_status(result) == OK and _sick(result):
        data["status"] = "unhealthy"
    for host, envoy in result.envoys.items():
        last = envoy.last_run
        data["envoys"][host]["containers"] = [each.as_dict() for each in envoy.containers]
        data["envoys"][host]["last_run"] = last.as_dict() if last else None
    return data


def print_status(result: RunResult, console: Console) -> None:
    """Print problems first, then everything that matches the stack, and equal lines of hosts
    together.
    """
    found = result.envoys
    for text, hosts in _unanswered(found):
        line = _symbol(Kind.BROKEN, console).append(listed(hosts), "bold")
        print_line(console, line.append(f"  {hanging(text, 4)}", "red"))
    _print_groups(groups(found), len(found), console)
    for text, hosts in _together((note, host) for host in found for note in found[host].notes):
        print_line(console, Text(f"note: {hanging(text, 2)}  {_among(hosts, len(found))}", "dim"))
    for text in _last_runs(found):
        print_line(console, Text(text, "dim"))
    print_line(console, Text(_total(result), "bold"))


def _print_groups(shown: Sequence[Group], count: int, console: Console) -> None:
    rows = [_cells(group) for group in shown]
    widths = [
        max((size for row in rows if (size := cell_len(row[place])) <= _WIDEST), default=0)
        for place in range(len(rows[0]) if rows else 0)
    ]
    for group, row in zip(shown, rows, strict=True):
        line = _symbol(group.row.kind, console)
        cells = [
            cell + " " * (width - cell_len(cell))
            for cell, width in zip(row, widths, strict=True)
            if width
        ]
        style = "" if group.row.kind is Kind.GOOD else _SYMBOLS[group.row.kind][2]
        line.append("  ".join(cells), style)
        print_line(console, line.append(f"  {_among(group.hosts, count)}", "bold"))
        if group.row.detail:
            print_line(console, Text(f"    {hanging(group.row.detail, 6)}", style))


def _cells(group: Group) -> tuple[str, ...]:
    row = group.row
    up = [_duration(min(group.ups)), _duration(max(group.ups))] if group.ups else []
    restarts = [str(min(group.restarts)), str(max(group.restarts))] if group.restarts else []
    return (
        one_line(row.name),
        row.state,
        one_line(row.image),
        one_line(row.ports),
        f"up {_range(up)}" if up else "",
        f"restarts {_range(restarts)}" if any(group.restarts) else "",
    )


def _symbol(kind: Kind, console: Console) -> Text:
    unicode, ascii, style = _SYMBOLS[kind]
    return Text(unicode if console.encoding.startswith("utf") else ascii, style).append(" ")


def _duration(seconds: int) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _range(ends: Sequence[str]) -> str:
    return " to ".join(dict.fromkeys(ends))


def _among(hosts: Sequence[str], count: int) -> str:
    """Return the names of hosts; only the number for many or all hosts."""
    if len(hosts) == count > 1:
        return f"all {counted(count, 'host')}"
    return listed(hosts) if len(hosts) <= _NAMED else counted(len(hosts), "host")


def _unanswered(envoys: Mapping[str, EnvoyResult]) -> Iterable[tuple[str, list[str]]]:
    """Return the reasons of missing results, with their hosts."""
    return _together(
        (f"{envoy.status.value}: {envoy.message}" if envoy.message else envoy.status.value, host)
        for host, envoy in envoys.items()
        if envoy.status in _WITHOUT_ANSWER and not envoy.failures
    )


def _together(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return each text with its hosts."""
    found: dict[str, list[str]] = {}
    for text, host in pairs:
        found.setdefault(text, []).append(host)
    return list(found.items())


def _last_runs(envoys: Mapping[str, EnvoyResult]) -> Iterator[str]:
    known: dict[tuple[str, str], dict[str, LastRun]] = {}
    unknown = []
    for host, envoy in envoys.items():
        if envoy.last_run is not None:
            run = envoy.last_run
            known.setdefault((run.by, run.outcome), {})[host] = run
        elif envoy.status not in _WITHOUT_ANSWER:
            unknown.append(host)
    for (by, outcome), runs in known.items():
        times = sorted(run.at for run in runs.values())
        span = _range([_minute(times[0]), _minute(times[-1])])
        hosts = _among(list(runs), len(envoys))
        yield f"last run: {span} by {one_line(by)}, {outcome}  {hosts}"
    if unknown:
        yield f"last run: none recorded  {_among(unknown, len(envoys))}"


def _minute(time: str) -> str:
    """Return a time without seconds, in the time zone of this machine."""
    try:
        return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return one_line(time)


def _total(result: RunResult) -> str:
    counts: Counter[str] = Counter(map(_word, result.envoys.values()))
    words = ("as described", "drift", "unhealthy", "failed", "unreachable", "interrupted")
    parts = ", ".join(f"{counts[word]} {word}" for word in words if counts[word])
    return f"{counted(len(result.envoys), 'host')}: {parts} ({result.duration:.1f} s)"


def _word(envoy: EnvoyResult) -> str:
    if envoy.status in _WITHOUT_ANSWER:
        return envoy.status.value
    if is_sick(envoy):
        return "unhealthy"
    return "drift" if envoy.status is EnvoyStatus.PENDING else "as described"


def _sick(result: RunResult) -> bool:
    return any(map(is_sick, result.envoys.values()))
