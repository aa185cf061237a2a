# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a run's result as one self-contained HTML page.

Texts from hosts are data: the page contains them as JSON, and its script shows them as text only.
The page's content security policy forbids all other scripts, and all requests.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from markupsafe import Markup

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import (
    clean,
    clean_json,
    one_line,
)
from vigo_bridge.report.clock import Clock, Span
from vigo_bridge.report.page_parts import actions, asset, end_of, failures, template, totals
from vigo_bridge.report.picture import as_picture
from vigo_bridge.report.terminal import diff_lines, rollback_problem
from vigo_bridge.resolve.graph import Drawing
from vigo_bridge.run.results import EnvoyResult, Gate, RunResult


def as_html(
    result: RunResult, title: str, clock: Clock, drawings: Sequence[tuple[str, Drawing]] = ()
) -> str:
    """Return the page. clock: the times of events. drawings: graphs with their titles."""
    script = asset("report.js")
    page = template("vigo_bridge.report", "report.html.j2").render(
        title=one_line(title),
        status=result.status.value,
        stopped=clean(result.stopped),
        started=result.started.isoformat(sep=" ", timespec="seconds"),
        duration=f"{result.duration:.1f}",
        totals=totals(result),
        actions=actions(result),
        failures=failures(result),
        graphs=[(one_line(name), Markup(as_picture(drawing))) for name, drawing in drawings],
        style=Markup(asset("report.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        data=Markup(_json(_data(result, clock))),
    )
    # Escape control characters, so that they cannot control a terminal that shows the file.
    return clean(page)


def _json(data: Any) -> str:
    """Return JSON that cannot end the script element around it."""
    text = clean_json(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _data(result: RunResult, clock: Clock) -> dict[str, Any]:
    """Return the data for the script in a compact form, because a fleet has many resources."""
    spans = [_span(span) for span in clock.batches]
    return {
        "duration": round(result.duration, 2),
        "hosts": [
            {**_host(name, envoy), "span": _span(clock.hosts.get(name))}
            for name, envoy in result.envoys.items()
        ],
        "batches": [
            {
                "hosts": [one_line(host) for host in batch.hosts],
                "gate": "" if batch.gate is Gate.NONE else batch.gate.value,
                "detail": clean(batch.detail),
                "span": span,
            }
            for batch, span in zip_longest(result.batches, spans[: len(result.batches)])
        ],
    }


def _span(span: Span | None) -> tuple[float, float] | None:
    return None if span is None else (round(span.start, 2), round(span.end, 2))


def _host(name: str, envoy: EnvoyResult) -> dict[str, Any]:
    return {
        "name": one_line(name),
        "status": envoy.status.value,
        "message": clean(envoy.message),
        "notes": [clean(note) for note in envoy.notes],
        "orphans": [one_line(orphan) for orphan in envoy.orphans],
        "changed": envoy.changes,
        "seconds": round(sum(resource.duration_s for resource in envoy.resources), 2),
        "resources": [_resource(resource) for resource in envoy.resources],
        "restored": [_resource(resource) for resource in envoy.restored],
        "stuck": clean(rollback_problem(envoy)) if envoy.rollback_error else "",
    }


def _resource(resource: Result) -> dict[str, Any]:
    error = resource.error or {}
    found = {
        "id": one_line(resource.id),
        "type": one_line(resource.type),
        "action": resource.action,
        "reason": clean(resource.reason),
        "seconds": round(resource.duration_s, 3),
        "diff": "\n".join(one_line(line) for line in diff_lines(resource.diff or {})),
        "error": clean(error.get("message", "")),
        "log": end_of(error.get("log", "")),
        "output": end_of(resource.output or ""),
    }
    return {name: value for name, value in found.items() if value != ""}
