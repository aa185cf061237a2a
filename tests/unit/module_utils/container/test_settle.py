# SPDX-License-Identifier: GPL-3.0-or-later
"""What to make of a container some seconds after its start."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.container.observed import existing_of
from ansible_collections.vigo.bridge.plugins.module_utils.container.settle import judge
from ansible_collections.vigo.bridge.plugins.module_utils.container.spec import parse

BEGAN = existing_of(
    json.loads((Path(__file__).parent / "payloads" / "docker-20.10-plain.json").read_text())
)
HEALTH = {"health_timeout": "10s"}
JOB = {"expect": "exited"}

#: Attributes, what changed since the start, seconds since; the verdict.
JUDGED: list[tuple[dict[str, Any], dict[str, Any], float, str]] = [
    ({}, {}, 1.9, "waiting"),
    ({}, {}, 2.0, "settled"),
    ({"settle_time": 0}, {}, 0.0, "settled"),
    ({}, {"status": "exited", "exit_code": 3}, 0.1, "exit code 3"),
    ({}, {"status": "exited", "exit_code": 0}, 0.1, "exit code 0"),
    ({}, {"status": "exited", "exit_code": 137}, 0.1, "out of memory"),
    ({}, {"status": "restarting", "exit_code": 1}, 0.1, "restarted by its policy"),
    ({}, {"restart_count": 1}, 0.1, "restarted by its policy"),
    ({}, {"started_at": "later"}, 0.1, "restarted by somebody"),
    (HEALTH, {"health": "starting"}, 9.9, "waiting"),
    (HEALTH, {"health": "unhealthy"}, 9.9, "waiting"),
    (HEALTH, {"health": "healthy"}, 0.1, "settled"),
    (HEALTH, {"health": "starting"}, 10.0, "is starting, not healthy, 10 s"),
    (HEALTH, {"health": "unhealthy"}, 10.0, "is unhealthy, not healthy, 10 s"),
    (HEALTH, {"health": "starting", "status": "exited", "exit_code": 2}, 0.1, "exit code 2"),
    (JOB, {}, 1000.0, "waiting"),
    (JOB, {"status": "exited", "exit_code": 0}, 0.1, "settled"),
    (JOB, {"status": "exited", "exit_code": 4}, 0.1, "exit code 4; 0 was expected"),
]


@pytest.mark.parametrize(("attributes", "changes", "elapsed", "verdict"), JUDGED)
def test_judged(
    attributes: dict[str, Any], changes: dict[str, Any], elapsed: float, verdict: str
) -> None:
    assert BEGAN is not None
    spec = parse({"container": "app", "image": "x", **attributes})
    found = judge(spec, BEGAN, replace(BEGAN, **changes), elapsed)
    if verdict in ("waiting", "settled"):
        assert (found.settled, found.failure) == (verdict == "settled", "")
    else:
        assert verdict in found.failure
