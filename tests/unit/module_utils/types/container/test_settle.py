# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a container some seconds after its start."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine.events import ContainerExit
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Check,
    existing_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settle import judge
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import parse

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
    (
        {},
        {"status": "exited", "exit_code": 3},
        0.1,
        "exit code 3 after its start; see its log",
    ),
    ({}, {"status": "exited", "exit_code": 0}, 0.1, "is expected to exit, set expect: exited"),
    ({}, {"status": "exited", "exit_code": 126}, 0.1, "cannot be executed: correct it"),
    ({}, {"status": "exited", "exit_code": 127}, 0.1, "not in the image: correct it"),
    (
        {},
        {"status": "exited", "exit_code": 137},
        0.1,
        "perhaps out of memory) after its start; give it more memory",
    ),
    ({}, {"status": "restarting", "exit_code": 1}, 0.1, "restarted by its policy"),
    ({}, {"restart_count": 1}, 0.1, "restarted by its policy"),
    ({}, {"started_at": "later"}, 0.1, "starting; run again"),
    (HEALTH, {"health": "starting"}, 9.9, "waiting"),
    (HEALTH, {"health": "unhealthy"}, 9.9, "waiting"),
    (HEALTH, {"health": "healthy"}, 0.1, "settled"),
    (
        HEALTH,
        {"health": "starting"},
        10.0,
        "not become healthy within 10 s, its status is starting; its h",
    ),
    (
        HEALTH,
        {"health": "starting"},
        10.0,
        "its healthcheck has not run yet. Correct the container",
    ),
    (HEALTH, {"health": "unhealthy"}, 10.0, "or increase health_timeout"),
    (HEALTH, {"health": "unhealthy", "status": "paused"}, 0.1, "was paused by something else"),
    (HEALTH, {"health": "starting", "status": "exited", "exit_code": 2}, 0.1, "exit code 2"),
    (
        HEALTH,
        {"health": "starting", "last_check": Check(3, "no\n db")},
        10.0,
        "its status is starting; its last healthcheck ended with exit code 3: no db. Correct the",
    ),
    (
        HEALTH,
        {"health": "unhealthy", "last_check": Check(None, "x" * 301 + "timeout")},
        10.0,
        "its last healthcheck: " + "x" * 293 + "timeout. Correct the container",
    ),
    (
        {},
        {"status": "exited", "exit_code": 1, "out_of_memory": True},
        0.1,
        "(killed: out of memory)",
    ),
    (JOB, {}, 299.9, "waiting"),
    (JOB, {}, 300.0, "did not exit within 300 s; increase health_timeout"),
    ({**JOB, **HEALTH}, {}, 10.0, "did not exit within 10 s"),
    (
        JOB,
        {"status": "dead"},
        1.0,
        "is dead; expected exit code 0; see the engine's log",
    ),
    (JOB, {"status": "exited", "exit_code": 0}, 0.1, "settled"),
    (JOB, {"status": "exited", "exit_code": 4}, 0.1, "exit code 4; expected 0; see its log"),
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


@pytest.mark.parametrize(
    ("last_exit", "words", "code"),
    [
        (ContainerExit(7), "ended with exit code 7 and was restarted by its policy", 7),
        (
            ContainerExit(137, out_of_memory=True),
            "exit code 137 (killed: out of memory) and was",
            137,
        ),
        (None, "ended and was restarted by its policy", None),
    ],
)
def test_the_exit_of_a_restarted_container_comes_from_its_event(
    last_exit: ContainerExit | None, words: str, code: int | None
) -> None:
    assert BEGAN is not None
    spec = parse({"container": "app", "image": "x"})
    found = judge(spec, BEGAN, replace(BEGAN, restart_count=1, exit_code=0), 0.5, last_exit)
    assert words in found.failure
    assert found.rc == code


@pytest.mark.parametrize(
    ("attributes", "changes", "until"),
    [
        ({"settle_time": "3s"}, {}, 3.0),
        (HEALTH, {"health": "starting"}, 10.0),
        (JOB, {}, 300.0),
        ({**JOB, **HEALTH}, {}, 10.0),
    ],
)
def test_when_time_alone_decides(
    attributes: dict[str, Any], changes: dict[str, Any], until: float
) -> None:
    assert BEGAN is not None
    spec = parse({"container": "app", "image": "x", **attributes})
    assert judge(spec, BEGAN, replace(BEGAN, **changes), 0.0).until == until
