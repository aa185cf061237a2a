# SPDX-License-Identifier: GPL-3.0-or-later
"""Two stacks on one host never change each other's resources."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from tests.integration.container_scene import REDIS, Scene
from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine
from vigo_bridge.language.identity import lines, new_id

pytestmark = pytest.mark.integration
HOST = "two-stacks.example.com"


class Host(Scene):
    """This machine, with projects that each have a stack in a folder of the usual name."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        super().__init__(engine)
        self.name = f"two-{uuid.uuid4().hex[:8]}"
        self._folder = folder
        self._environment = {
            "DOCKER_HOST": engine.docker_host,
            "XDG_STATE_HOME": str(folder / "controller"),
        }
        variables = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "vigo_state_dir": str(folder / "state"),
        }
        hosts = {"all": {"hosts": {HOST: variables}}}
        (folder / "hosts.yml").write_text(json.dumps(hosts))

    def project(self, project: str) -> Path:
        """Return a stack that was imported from a compose file with one service, `web`."""
        folder = self._folder / project
        folder.mkdir()
        (folder / "compose.yml").write_text(
            f"name: {self.name}-{project}\nservices: {{web: {{image: '{REDIS}'}}}}\n"
        )
        stack = folder / "stacks"
        finished = vigo_bridge(
            *("import", "compose", folder / "compose.yml"), "--stacks", stack, "--match", HOST
        )
        assert finished.status == 0, finished.err
        return stack

    def __call__(self, command: str, stack: Path, *arguments: str) -> Finished:
        where = ("--stacks", stack, "-i", self._folder / "hosts.yml", "-o", "json")
        return vigo_bridge(command, *where, *arguments, environment=self._environment)

    def identity(self, project: str) -> tuple[str, str, str]:
        """Return values that show that a project's container was not touched."""
        found = self.inspect(f"-{project}-web-1")
        return found["Id"], found["State"]["StartedAt"], found["State"]["Status"]


@pytest.fixture
def host(engine: Engine, tmp_path: Path) -> Iterator[Host]:
    host = Host(engine, tmp_path)
    yield host
    host.close()


def envoy(finished: Finished) -> Any:
    return finished.document["envoys"][HOST]


@pytest.mark.sweep
def test_two_projects_in_folders_of_one_name(host: Host) -> None:
    first, second = host.project("a"), host.project("b")
    assert host("run", first).status == 0
    before = host.identity("a")

    planned = host("plan", second)
    assert (planned.status, envoy(planned)["orphans"]) == (2, [])
    pruned = host("run", second, "--prune")
    assert pruned.status == 0, pruned.out + pruned.err
    assert pruned.actions(HOST) == planned.actions(HOST)
    assert host.identity("a") == before
    assert host.names() == {"-a-web-1", "-b-web-1"}


@pytest.mark.sweep
def test_one_name_with_two_ids(host: Host) -> None:
    first, second = host.project("a"), host.project("b")
    assert host("run", first).status == 0
    before = host.identity("a")
    theirs = host.inspect("-a-web-1")["Config"]["Labels"][label.STACK_ID]
    ours = new_id()
    (second / "stack.vgo").write_text(lines(f"{host.name}-a", ours))
    for command in (("plan",), ("run",), ("run", "--prune")):
        refused = host(command[0], second, *command[1:])
        assert refused.status == 3, refused.out
        message = envoy(refused)["message"]
        assert theirs in message
        assert ours in message
    assert host.identity("a") == before
    assert host.names() == {"-a-web-1"}
