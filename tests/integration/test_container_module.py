# SPDX-License-Identifier: GPL-3.0-or-later
"""The container module in an ordinary playbook's hands: check and diff mode, secrets, warnings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.container_scene import REDIS, Scene
from tests.integration.test_modules_in_ansible import SECRET, Answer, call

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    scene = Scene(engine)
    yield scene
    scene.close()


def test_check_diff_and_secrets(scene: Scene) -> None:
    def ansible(*flags: str, **attributes: Any) -> Answer:
        arguments = {
            "container": scene.name,
            "image": REDIS,
            "docker_host": scene.engine.docker_host,
            "settle_time": "0",
            "env": {"PLAIN": "1", "PASSWORD": "secret:shop/password"},
            **attributes,
        }
        answer = call("container", arguments, *flags)
        assert SECRET not in answer.printed
        return answer

    predicted = ansible("--check", "--diff")
    assert (predicted.verdict, predicted.result["action"]) == ("CHANGED", "created")
    assert predicted.result["container"]["state"] == "running"
    assert predicted.result["container"]["id"] is None
    assert scene.names() == set()
    made = ansible()
    payload = scene.inspect()
    assert made.verdict == "CHANGED"
    assert f"PASSWORD={SECRET}" in payload["Config"]["Env"]
    check_facts(made.result["container"], payload)

    changed = {
        "labels": {"tier": "cache"},
        "env": {"PLAIN": "2", "PASSWORD": "secret:{shop/password}"},
    }
    answer = ansible("--check", "--diff", **changed)
    assert answer.verdict == "CHANGED"
    # The secret is only written in another way.
    assert answer.result["reason"] == "labels tier changed, env PLAIN changed"
    lines = [line.strip() for line in answer.printed.splitlines()]
    assert '+        "tier": "cache"' in answer.printed
    assert any(line.startswith("+") and '"PLAIN": "2"' in line for line in lines)
    assert scene.names() == {""}


def check_facts(facts: dict[str, Any], payload: dict[str, Any]) -> None:
    """Check that the facts are those of the engine, without variables and labels of ours."""
    assert facts["id"] == payload["Id"]
    assert facts["image_id"] == payload["Image"]
    assert facts["created_at"] == payload["Created"]
    assert facts["state"] == "running"
    address = payload["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
    assert facts["addresses"]["bridge"]["ipv4"] == address
    assert facts["labels"] == {}
    assert "PLAIN" not in json.dumps(facts)


def test_a_label_with_the_value_of_a_secret_is_masked(scene: Scene) -> None:
    """A registered result contains labels."""
    arguments = {
        "name": scene.name,
        "image": REDIS,
        "docker_host": scene.engine.docker_host,
        "settle_time": "0",
        "labels": {"token": SECRET, "tier": "cache"},
        "env": {"PASSWORD": "secret:shop/password"},
        "pull": True,
    }
    answer = call("container", arguments)
    assert answer.result["action"] == "created"
    assert answer.result["container"]["labels"] == {"token": "********", "tier": "cache"}
    assert SECRET not in answer.printed


#: the arguments of a task -> the error
HABITS: dict[str, tuple[dict[str, Any], str]] = {
    "a mistyped name": ({"publishd_ports": []}, "did you mean 'ports'?"),
    "another meaning": ({"restart": True}, "use state: restarted to restart the container"),
    "by name, but there is none": ({"image": None}, "add image to create it"),
}


def test_habits_of_another_module(scene: Scene) -> None:
    for given, expected in HABITS.values():
        arguments = {"name": scene.name, "image": REDIS, "docker_host": scene.engine.docker_host}
        answer = call("container", {**arguments, **given})
        assert answer.verdict == "FAILED!"
        assert expected in answer.result["msg"]
    assert scene.names() == set()
