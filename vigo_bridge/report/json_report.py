# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's result as JSON, in the form that scripts rely on."""

from __future__ import annotations

import json
from typing import Any

from vigo_bridge.run.results import EnvoyResult, RunResult


def run_as_json(result: RunResult) -> str:
    """One JSON document; durations in seconds, times in RFC 3339."""
    document = {
        "status": result.status.value,
        "batches": [{"hosts": list(batch), "gate": "none"} for batch in result.batches],
        "envoys": {host: _envoy(envoy) for host, envoy in result.envoys.items()},
        "started": result.started.isoformat(timespec="seconds"),
        "duration_s": round(result.duration, 2),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _envoy(envoy: EnvoyResult) -> dict[str, Any]:
    return {
        "status": envoy.status.value,
        "message": envoy.message,
        "notes": list(envoy.notes),
        "orphans": list(envoy.orphans),
        "resources": [dict(resource) for resource in envoy.resources],
    }
