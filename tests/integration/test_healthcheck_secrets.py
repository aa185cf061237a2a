# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in the test of a healthcheck: they reach the engine, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.integration.container_scene import REDIS, Scene

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

FIRST, SECOND = "correct-horse-battery-staple", "trombone-umbrella-octopus"
CHECK = ["CMD", "grep", "-qx", "secret:db/password", "/password"]
#: It is healthy if both secrets are the same, as a database is with the right password.
WANTED: dict[str, Any] = {
    "command": ["sh", "-c", 'echo "$EXPECTED" > /password; exec sleep 1000'],
    "stop_timeout": 0,
    "env": {"EXPECTED": "secret:db/expected"},
    "healthcheck": {"test": CHECK, "interval": "200ms", "retries": 3},
    "health_timeout": "30s",
}


@pytest.fixture
def scene(usual_engine: Engine) -> Iterator[Scene]:
    scene = Scene(usual_engine)
    yield scene
    scene.close()


def wanted(password: str, expected: str) -> dict[str, Any]:
    return {**WANTED, "secrets": {"db/password": password, "db/expected": expected}}


def assert_hidden(scene: Scene, *results: Result) -> None:
    """Check that neither value is in the results, the labels or the notes."""
    labels = json.dumps(scene.inspect()["Config"]["Labels"])
    for text in [labels, *scene.notes, *(json.dumps(result.as_dict()) for result in results)]:
        assert FIRST not in text
        assert SECOND not in text


def test_a_secret_in_a_healthcheck(scene: Scene) -> None:
    predicted = scene.apply(check=True, **wanted(FIRST, FIRST))
    created = scene.applied("created", **wanted(FIRST, FIRST))
    assert (predicted.action, predicted.diff) == ("created", created.diff)
    assert scene.inspect()["State"]["Health"]["Status"] == "healthy"
    assert FIRST in scene.inspect()["Config"]["Healthcheck"]["Test"]
    assert_hidden(scene, predicted, created)

    predicted = scene.apply(check=True, **wanted(SECOND, SECOND))
    recreated = scene.applied("recreated", **wanted(SECOND, SECOND))
    assert (predicted.action, predicted.diff) == ("recreated", recreated.diff)
    assert recreated.reason == "healthcheck: the value of a secret changed, env EXPECTED changed"
    assert recreated.diff is not None
    assert recreated.diff["before"]["healthcheck"] == "********"
    assert recreated.diff["after"]["healthcheck"]["test"] == CHECK
    assert_hidden(scene, predicted, recreated)

    # With the wrong password it does not become healthy, so the former container stays.
    failed = scene.apply(**wanted(FIRST, SECOND) | {"health_timeout": "1s"})
    assert failed.action == "failed"
    assert "did not become healthy within 1 s" in failed.reason
    assert SECOND in scene.inspect()["Config"]["Healthcheck"]["Test"]
    assert_hidden(scene, failed)


def test_a_container_of_another_tool_is_compared_by_value(scene: Scene) -> None:
    scene.client.containers.run(
        REDIS,
        WANTED["command"],
        name=scene.name,
        detach=True,
        environment={"EXPECTED": FIRST},
        healthcheck={
            "test": [FIRST if "secret:" in word else word for word in CHECK],
            "interval": 200_000_000,
            "retries": 3,
        },
        stop_signal="KILL",
    )
    before = scene.inspect()["Id"]
    without_timeout = {"stop_timeout": None}
    same = scene.apply(**wanted(FIRST, FIRST) | without_timeout)
    assert (same.action, scene.inspect()["Id"]) == ("none", before), same
    other = scene.apply(check=True, **wanted(SECOND, FIRST) | without_timeout)
    assert (other.action, other.reason) == ("recreated", "healthcheck changed")
    assert other.diff is not None
    assert other.diff["before"] == {"healthcheck": "********"}
    assert_hidden(scene, same, other)
