# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the rollouts of a stack on the server's pages: a row for each, and the report of one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean, one_line
from vigo_bridge.report.json_report import run_from_data
from vigo_bridge.report.page_parts import actions, end_of, failures, template, totals
from vigo_bridge.report.terminal import diff_lines
from vigo_bridge.run.history import History, Record
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult
from vigo_bridge.watch.server.page_times import local, zone
from vigo_bridge.wording import counted

#: Rollouts that the page lists.
SHOWN = 20
#: Lines of one difference on the page.
_MOST_LINES = 200
_KINDS = {"+": "add", "-": "remove"}


@dataclass(frozen=True)
class RolloutRow:
    """One rollout in the list. has_report: whether a batch of it has ended."""

    number: int
    started: str
    command: str
    status: str
    hosts: str
    has_report: bool


class Rollouts:
    """The rollouts of a stack in the controller's history. key: see `run.state.stack_key`."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = threading.Lock()
        self._known: object = None
        self._rows: tuple[RolloutRow, ...] = ()

    def rows(self, key: str, turn: int) -> tuple[RolloutRow, ...]:
        """Return the last rollouts, the latest first. They are read once in each turn."""
        with self._lock:
            try:
                numbers = self._history.numbers()
                if self._known != (key, turn, numbers):
                    self._rows = tuple(self._read(key, sorted(numbers, reverse=True)))
                    self._known = (key, turn, numbers)
            except OSError:  # The watcher reports it: it writes to the same folder.
                return ()
            return self._rows

    def report(self, key: str, number: int) -> str | None:
        """Return the page of one rollout; None if this stack has no such rollout with a result."""
        try:
            record = self._history.get(number)
        except OSError:
            return None
        if record is None or not _is_of(record, key) or not record.result:
            return None
        try:
            return _page(record, run_from_data(record.result))
        except InvalidData:
            return None

    def _read(self, key: str, numbers: list[int]) -> Iterator[RolloutRow]:
        shown = 0
        for number in numbers:
            record = self._history.get(number)
            if record is not None and _is_of(record, key):
                yield _row(record)
                shown += 1
                if shown == SHOWN:
                    return


def _is_of(record: Record, key: str) -> bool:
    """Return whether a rollout, or a change of state, is of a stack."""
    return bool(key) and (record.key == key or record.key.endswith(f" {key}"))


def _row(record: Record) -> RolloutRow:
    envoys = record.result.get("envoys", {})
    found = envoys.values() if isinstance(envoys, Mapping) else []
    counts = Counter(
        one_line(str(envoy.get("status", "unknown")))
        for envoy in found
        if isinstance(envoy, Mapping)
    )
    hosts = ", ".join(f"{count} {status}" for status, count in counts.items())
    return RolloutRow(
        record.number,
        record.started,
        one_line(record.command),
        one_line(record.status),
        hosts or str(record.hosts),
        bool(record.result),
    )


def _page(record: Record, result: RunResult) -> str:
    page = template("vigo_bridge.watch.server", "rollout.html.j2").render(
        number=record.number,
        command=one_line(record.command),
        status=one_line(record.status),
        started=result.started.isoformat(timespec="seconds"),
        local=local,
        zone=zone(),
        duration=f"{result.duration:.1f}",
        stopped=clean(result.stopped),
        totals=totals(result),
        actions=actions(result),
        failures=failures(result),
        hosts=[_host(name, envoy) for name, envoy in result.envoys.items()],
    )
    return clean(page)


def _host(name: str, envoy: EnvoyResult) -> dict[str, Any]:
    failed = envoy.status is EnvoyStatus.FAILED
    shown = [
        one
        for one in (*envoy.resources, *envoy.restored)
        if one.changed or one.failed or (failed and one.action == "skipped")
    ]
    return {
        "name": one_line(name),
        "status": envoy.status.value,
        "counts": f"{envoy.changes} of {counted(len(envoy.resources), 'resource')} changed",
        "message": end_of(envoy.message),
        "resources": [_resource(one) for one in shown],
    }


def _resource(resource: Result) -> dict[str, Any]:
    lines = [one_line(line) for line in diff_lines(resource.diff or {})]
    shown = [(_KINDS.get(line[:1], ""), line or " ") for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(("", f"... and {counted(len(lines) - _MOST_LINES, 'other line')}"))
    return {
        "id": one_line(resource.id),
        "action": resource.action,
        "reason": clean(resource.reason),
        "diff": shown,
        "error": end_of((resource.error or {}).get("log", "")),
    }
