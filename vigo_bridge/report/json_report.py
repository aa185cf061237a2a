# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's result as JSON, in the form that scripts rely on."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from vigo_bridge.run.results import (
    BatchResult,
    EnvoyResult,
    EnvoyStatus,
    Gate,
    RunResult,
    RunStatus,
)


def run_as_json(result: RunResult) -> str:
    """One JSON document; durations in seconds, times in RFC 3339."""
    return json.dumps(run_as_data(result), indent=2, ensure_ascii=False)


def run_as_data(result: RunResult) -> dict[str, Any]:
    return {
        "status": result.status.value,
        "batches": [_batch(batch) for batch in result.batches],
        "envoys": {host: _envoy(envoy) for host, envoy in result.envoys.items()},
        "stopped": result.stopped,
        "started": result.started.isoformat(timespec="seconds"),
        "duration_s": round(result.duration, 2),
    }


def run_from_data(document: Mapping[str, Any]) -> RunResult:
    """The opposite of `run_as_data`."""
    return RunResult(
        RunStatus(document["status"]),
        tuple(
            BatchResult(tuple(batch["hosts"]), Gate(batch["gate"]), batch["detail"])
            for batch in document["batches"]
        ),
        {
            host: EnvoyResult(
                EnvoyStatus(envoy["status"]),
                envoy["message"],
                tuple(envoy["resources"]),
                tuple(envoy["notes"]),
                tuple(envoy["orphans"]),
            )
            for host, envoy in document["envoys"].items()
        },
        datetime.datetime.fromisoformat(document["started"]),
        document["duration_s"],
        document["stopped"],
    )


def _batch(batch: BatchResult) -> dict[str, Any]:
    return {"hosts": list(batch.hosts), "gate": batch.gate.value, "detail": batch.detail}


def _envoy(envoy: EnvoyResult) -> dict[str, Any]:
    return {
        "status": envoy.status.value,
        "message": envoy.message,
        "notes": list(envoy.notes),
        "orphans": list(envoy.orphans),
        "resources": [dict(resource) for resource in envoy.resources],
    }
