# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of a stack on an engine that is stopped are pruned when it runs again."""

from __future__ import annotations

import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.container_scene import REDIS

if TYPE_CHECKING:
    from tests.testbed import Testbed

pytestmark = pytest.mark.integration


def test_containers_on_an_engine_that_is_stopped(
    testbed: Testbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.testbed.podman import podman_service

    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    name = f"web-{uuid.uuid4().hex[:8]}"

    def run(*resources: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
        stack = {"scope": "shop", "stack_id": "id-1", "state_dir": str(tmp_path / "state")}
        target = Target()
        results = converge({"resources": resources, **stack, "prune": True}, target)
        return {result.id: result.action for result in results}, target.notes

    with podman_service() as service:
        host = service.engine.docker_host
        with closing(service.engine.client()) as client:
            testbed.registry.load(client, REDIS)
            client.api.create_container(REDIS, name=name)
        web = {
            "id": "crate/web",
            "type": "container",
            "container": name,
            "image": REDIS,
            "pull": "never",
            "state": "stopped",
            "docker_host": host,
        }
        assert run(web)[0] == {"crate/web": "none"}  # Adopted: the host's record says whose it is.
        service.stop()
        assert run(web)[0]["crate/web"] == "blocked"
        done, (note,) = run()
        assert done == {}
        assert note.startswith(f"cannot list containers at {host} that are no longer in the stack")
        service.start()
        assert run()[0] == {f"prune/{name}": "deleted"}
        assert run()[0] == {}
        with closing(service.engine.client()) as client:
            assert client.api.containers(all=True) == []
