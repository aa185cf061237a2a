# SPDX-License-Identifier: GPL-3.0-or-later
"""The container module in an ordinary playbook's hands: check and diff mode, secrets, warnings."""

from __future__ import annotations

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
    assert scene.names() == set()
    assert (ansible().verdict, f"PASSWORD={SECRET}" in scene.inspect()["Config"]["Env"]) == (
        "CHANGED",
        True,
    )

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
