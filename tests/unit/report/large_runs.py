# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of large runs, and of hostile hosts, for tests of reports."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.report.clock import Clock, Span
from vigo_bridge.report.html import as_html
from vigo_bridge.resolve.graph import Drawing
from vigo_bridge.run.results import (
    BatchResult,
    EnvoyResult,
    EnvoyStatus,
    Gate,
    RunResult,
    RunStatus,
)

#: What a host could send to be executed by a page.
HOSTILE = (
    "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
    "{{ 7 * 7 }}{% raw %}\u2028<!-- \x1b[31m"
)


def fleet(hosts: int, resources: int) -> RunResult:
    """Return hosts in batches of ten; of each ten one fails, one is hostile, half of them
    change.
    """
    names = [f"web{number:03}.app.example.com" for number in range(1, hosts + 1)]
    batches = tuple(
        BatchResult(tuple(names[start : start + 10]), Gate.PASSED) for start in range(0, hosts, 10)
    )
    return RunResult(
        RunStatus.FAILED,
        batches,
        {name: _envoy(number, resources) for number, name in enumerate(names)},
        datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        83.4,
    )


def clock(result: RunResult) -> Clock:
    """Return the times of batches one after the other, each with checks; some hosts wait for a
    fork.
    """
    found = Clock()
    seconds = result.duration / len(result.batches)
    for number, batch in enumerate(result.batches):
        start = number * seconds
        found.batches.append(Span(start, start + seconds))
        for place, host in enumerate(batch.hosts):
            begun = start + seconds * (0.1 + 0.08 * (place % 5))
            found.hosts[host] = Span(begun, begun + seconds * (0.2 + 0.1 * (place % 3)))
    return found


def _envoy(number: int, resources: int) -> EnvoyResult:
    if number % 10 == 7:
        return EnvoyResult(EnvoyStatus.UNREACHABLE, "ssh: connect to host: no route to host")
    found = tuple(_resource(number, index) for index in range(resources))
    if number % 10 == 3:
        failed = (*found, _failed(number))
        back = replace(_resource(1, 1), reason=f"the former container was restored {HOSTILE}")
        return EnvoyResult(
            EnvoyStatus.FAILED,
            "1 resource failed",
            failed,
            restored=(back, _failed(number)),
            rollback_error=f"1 of 2 resources failed {HOSTILE}",
        )
    status = EnvoyStatus.CHANGED if number % 2 else EnvoyStatus.CONVERGED
    return EnvoyResult(status, "", found, (HOSTILE,) if number % 10 == 5 else ())


def _resource(number: int, index: int) -> Result:
    resource = Result(
        f"crate{index % 5}/resource-{index:02}",
        ("container", "file", "exec")[index % 3],
        "none",
        duration_s=0.02 * (index % 7) + 0.01 * (number % 9),
    )
    if not (number % 2 and index == 1):
        return resource
    return replace(
        resource,
        action="recreated",
        reason="image webapp:v1 -> webapp:v2",
        diff={
            "before": {"image": "webapp:v1", "restart": "always"},
            "after": {"image": "webapp:v2", "restart": "always"},
        },
    )


def _failed(number: int) -> Result:
    return Result(
        "app/migrate",
        "exec",
        "failed",
        "exit code 1",
        error={"message": "exit code 1", "log": f"fatal: {HOSTILE}\nline {number}\n"},
        duration_s=1.25,
    )


def drawing(crates: int, resources: int) -> Drawing:
    """Return crates in a row, each with a chain, a trigger and a resource that waits for it."""
    members = tuple(
        (f"crate{c}", tuple(f"crate{c}/resource-{r}" for r in range(resources)))
        for c in range(crates)
    )
    chains = tuple((ids[r], ids[r + 1]) for _, ids in members for r in range(0, resources - 2, 2))
    triggers = tuple((ids[0], ids[-1]) for _, ids in members)
    return Drawing(
        members,
        tuple((f"crate{c}", f"crate{c + 1}") for c in range(0, crates - 1, 2)),
        chains,
        triggers,
        frozenset(ids[-1] for _, ids in members),
    )


def page_of(result: RunResult, title: str, drawings: Sequence[tuple[str, Drawing]] = ()) -> str:
    return as_html(result, title, clock(result), drawings)
