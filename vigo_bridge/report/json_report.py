# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's result as JSON, in the form that scripts rely on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from enum import Enum
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LARGEST_OF_OURS,
    Checked,
    InvalidData,
    required,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.host_result import resource
from vigo_bridge.run.results import (
    BatchResult,
    EnvoyResult,
    EnvoyStatus,
    Gate,
    RunResult,
    RunStatus,
)


def run_as_data(result: RunResult) -> dict[str, Any]:
    """Return a result as data: durations in seconds, times in RFC 3339."""
    return GrowingRun().as_data(result)


class GrowingRun:
    """A run whose result is needed as data again and again.

    From batch to batch, most hosts of a large fleet keep their results: these are converted once.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, tuple[EnvoyResult, dict[str, Any]]] = {}

    def as_data(self, result: RunResult) -> dict[str, Any]:
        """Return the result so far, as `run_as_data` does."""
        return {
            "status": result.status.value,
            "batches": [_batch(batch) for batch in result.batches],
            "envoys": {host: self._host(host, envoy) for host, envoy in result.envoys.items()},
            "stopped": result.stopped,
            "started": result.started.isoformat(timespec="seconds"),
            "duration_s": round(result.duration, 2),
        }

    def _host(self, name: str, envoy: EnvoyResult) -> dict[str, Any]:
        known = self._hosts.get(name)
        if known is None or known[0] is not envoy:
            known = self._hosts[name] = envoy, _envoy(envoy)
        return known[1]


def run_from_data(data: Any) -> RunResult:
    """Return the result of data from `run_as_data`. Raise InvalidData."""
    checked = Checked(LARGEST_OF_OURS)
    document = checked.mapping(data, "it")
    envoys = checked.mapping(required(document, "envoys"), "envoys")
    batches = checked.items(required(document, "batches"), "batches")
    return RunResult(
        RunStatus(_choice(document, "status", "", RunStatus, checked)),
        tuple(_batch_from(batch, place, checked) for place, batch in batches),
        {
            checked.text(host, "envoys"): _envoy_from(envoy, f"envoys.{host:.100}", checked)
            for host, envoy in envoys.items()
        },
        _time(checked.text(required(document, "started"), "started")),
        checked.number(required(document, "duration_s"), "duration_s"),
        checked.text(required(document, "stopped"), "stopped"),
    )


def _batch_from(data: Any, where: str, checked: Checked) -> BatchResult:
    batch = checked.mapping(data, where)
    return BatchResult(
        checked.texts(required(batch, "hosts", where), f"{where}.hosts"),
        Gate(_choice(batch, "gate", where, Gate, checked)),
        checked.text(required(batch, "detail", where), f"{where}.detail"),
    )


def _envoy_from(data: Any, where: str, checked: Checked) -> EnvoyResult:
    envoy = checked.mapping(data, where)
    resources = checked.items(required(envoy, "resources", where), f"{where}.resources")
    return EnvoyResult(
        EnvoyStatus(_choice(envoy, "status", where, EnvoyStatus, checked)),
        checked.text(required(envoy, "message", where), f"{where}.message"),
        tuple(resource(item, place, checked) for place, item in resources),
        checked.texts(required(envoy, "notes", where), f"{where}.notes"),
        checked.texts(required(envoy, "orphans", where), f"{where}.orphans"),
        _restored_from(envoy.get("restored", []), f"{where}.restored", checked),
        checked.text(envoy.get("rollback_error", ""), f"{where}.rollback_error"),
    )


def _restored_from(data: Any, where: str, checked: Checked) -> tuple[Result, ...]:
    return tuple(resource(item, place, checked) for place, item in checked.items(data, where))


def _choice(
    data: Mapping[str, Any], name: str, where: str, choices: type[Enum], checked: Checked
) -> str:
    place = f"{where}.{name}" if where else name
    return checked.choice(required(data, name, where), place, [item.value for item in choices])


def _time(text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidData(f"started: invalid time: {text!r:.40}") from error


def _batch(batch: BatchResult) -> dict[str, Any]:
    return {"hosts": list(batch.hosts), "gate": batch.gate.value, "detail": batch.detail}


def _envoy(envoy: EnvoyResult) -> dict[str, Any]:
    restored = [resource.as_dict() for resource in envoy.restored]
    return {
        "status": envoy.status.value,
        "message": envoy.message,
        "notes": list(envoy.notes),
        "orphans": list(envoy.orphans),
        "resources": [resource.as_dict() for resource in envoy.resources],
        **({"restored": restored} if restored else {}),
        **({"rollback_error": envoy.rollback_error} if envoy.rollback_error else {}),
    }
