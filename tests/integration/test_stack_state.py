# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarting, stopping, starting, pulling and taking down a stack on a real engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.local_receptor import LocalReceptor, local_receptor
from tests.integration.mesh_fleet import processes, write_mesh
from tests.integration.program import Finished, vigo_bridge

if TYPE_CHECKING:
    from docker import DockerClient

    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]

NODE = "node"


class OneHost:
    """A stack with a name of its own on this machine, whose state is in a folder."""

    def __init__(self, engine: Engine, client: DockerClient, folder: Path) -> None:
        self.name = f"day-two-{uuid.uuid4().hex[:8]}"
        self.engine = engine
        self.client = client
        self.folder = folder
        self.nodes: list[str] = []
        files = {
            "stack.vgo": f"name: {self.name}\nid: {uuid.uuid4().hex}\n",
            "envoys/e.vgo": "envoys:\n  - match: '*'\n    configcrates: [shop]\n",
            "configcrates/shop.vgo": f"""\
configcrate: shop
resources:
  - name: motd
    type: file
    target_path: {folder}/motd
    content: hello
  - name: data
    type: volume
    volume: {self.name}-data
  - name: db
    type: container
    container: {self.name}-db
    image: redis:7-alpine
    settle_time: 300ms
    networks: [{self.name}-net]
    volumes: ["{self.name}-data:/srv", "{self.name}-more:/more"]
  - name: web
    type: container
    container: {self.name}-web
    image: redis:7-alpine
    settle_time: 300ms
    depends_on: [db]
""",
        }
        for name, text in files.items():
            (folder / "stack" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "stack" / name).write_text(text)
        (folder / "hosts.ini").write_text(
            f"one ansible_connection=local vigo_state_dir={folder}/state"
            f" ansible_python_interpreter={sys.executable}\n"
        )

    @property
    def options(self) -> list[str]:
        inventory = str(self.folder / "hosts.ini")
        return ["--stacks", str(self.folder / "stack"), "-i", inventory, *self.nodes]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DOCKER_HOST": self.engine.docker_host,
            "XDG_STATE_HOME": str(self.folder / "xdg"),
        }

    def use_a_node(self, mesh: Path) -> None:
        """Run all further commands on the node of a mesh."""
        self.nodes = ["--mesh", str(mesh)]

    def call(self, *words: str) -> Finished:
        return vigo_bridge(*words, *self.options, "-o", "json", environment=self.environment)

    def done(self, *words: str) -> dict[str, str]:
        finished = self.call(*words)
        assert finished.status in (0, 2), finished.out + finished.err
        return finished.actions("one")

    @property
    def is_podman(self) -> bool:
        return "Podman" in str(self.client.version().get("Components"))

    def text(self, *words: str, given: str = "") -> tuple[int, str, str]:
        """Return the status, and what a command prints for people; given: its input."""
        finished = subprocess.run(
            [sys.executable, "-m", "vigo_bridge", words[0], *self.options, *words[1:]],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
            input=given,
        )
        return finished.returncode, finished.stdout, finished.stderr

    def states(self) -> dict[str, str]:
        found = self.client.api.containers(all=True, filters={"name": self.name})
        return {entry["Names"][0].rpartition("-")[2]: entry["State"] for entry in found}

    def left(self) -> list[str]:
        """Return what there is on the engine with the stack's name."""
        volumes = [volume.name for volume in self.client.volumes.list()]
        networks = [str(network.name) for network in self.client.networks.list()]
        return sorted(name for name in (*volumes, *networks) if name.startswith(self.name))


@pytest.fixture
def host(usual_engine: Engine, tmp_path: Path) -> Iterator[OneHost]:
    with closing(usual_engine.client()) as client:
        host = OneHost(usual_engine, client, tmp_path)
        try:
            yield host
        finally:
            for entry in client.api.containers(all=True, filters={"name": host.name}):
                client.api.remove_container(entry["Id"], force=True, v=True)
            for name in host.left():
                if name.endswith("-net"):
                    client.networks.get(name).remove()
                else:
                    client.volumes.get(name).remove()


def test_a_day_of_a_stack(host: OneHost) -> None:
    host.done("run")
    assert host.done("restart", "shop/*") == {"shop/db": "restarted", "shop/web": "restarted"}
    assert host.done("stop", "shop/web", "--batch-size", "1") == {"shop/web": "stopped"}
    assert host.states() == {"db": "running", "web": "exited"}
    if not host.is_podman:  # Podman cannot use the registry that has the stand-in images.
        assert host.done("pull", "shop/db") == {"shop/db": "none"}
    script = "cat; echo oops >&2; exit 4"
    failed = host.text("exec", "shop/db", "--", "sh", "-c", script, given="hello\n")
    assert failed == (
        3,
        "hello\n",
        "oops\none: shop/db: the command failed with exit code 4\n",
    )
    run = host.call("run")
    (note,) = run.document["envoys"]["one"]["notes"]
    assert note.startswith("shop/web was stopped by a user at ")
    assert host.states() == {"db": "running", "web": "running"}

    removed = host.done("down", "--yes")
    assert removed == {
        "shop/web": "deleted",
        "shop/db": "deleted",
        f"prune/network/{host.name}-net": "deleted",
    }
    assert host.states() == {}
    assert host.left() == [f"{host.name}-data", f"{host.name}-more"]
    assert host.done("down", "--yes", "--volumes", "--files") == {
        "shop/data": "deleted",
        f"prune/volume/{host.name}-more": "deleted",
        "shop/motd": "deleted",
    }
    assert host.left() == []
    assert not (host.folder / "motd").exists()
    assert host.done("down", "--yes", "--volumes", "--files") == {}

    listed = vigo_bridge(
        "history", "-o", "json", environment={"XDG_STATE_HOME": str(host.folder / "xdg")}
    )
    commands = [entry["command"] for entry in json.loads(listed.out)]
    assert commands == ["run", "restart", "stop", "run", "down", "down", "down"]
    again = host.call("rollback", "--dry-run")
    assert "rolling back to rollout 1" in again.err


@pytest.fixture
def receptor(usual_engine: Engine) -> Iterator[LocalReceptor]:
    """Start a mesh with one node, which has the engine of these tests."""
    with ExitStack() as held:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKER_HOST", usual_engine.docker_host)
            running = held.enter_context(local_receptor([NODE]))
        yield running


@pytest.mark.sweep
def test_a_day_of_a_stack_through_a_node(host: OneHost) -> None:
    host.use_a_node(write_mesh(host.folder, [NODE]))
    _spend_a_day_through_a_node(host, host.folder)


@pytest.mark.sweep
def test_a_day_of_a_stack_through_receptor(host: OneHost, receptor: LocalReceptor) -> None:
    host.use_a_node(receptor.mesh)
    _spend_a_day_through_a_node(host, receptor.folder)
    assert receptor.left() == []


def _spend_a_day_through_a_node(host: OneHost, node: Path) -> None:
    """Run all commands for containers. node: the folder with the process IDs of the node."""
    host.done("run")
    assert host.done("restart", "shop/web") == {"shop/web": "restarted"}
    assert host.done("stop", "shop/web") == {"shop/web": "stopped"}
    assert host.states() == {"db": "running", "web": "exited"}
    assert host.done("start", "shop/web") == {"shop/web": "started"}
    units = 4
    if not host.is_podman:  # Podman cannot use the registry that has the stand-in images.
        assert host.done("pull", "shop/db") == {"shop/db": "none"}
        units += 1
    copied = host.text("exec", "shop/db", "--", "cat", given="hello\n")
    assert copied == (0, "hello\n", "")
    status, preview, problem = host.text("down")
    assert (status, "shop/web" in preview, "add --yes" in problem) == (1, True, True)
    assert host.states() == {"db": "running", "web": "running"}
    host.done("down", "--yes", "--volumes", "--files")
    assert host.left() == []
    assert len(processes(node, NODE)) == units + 3, "exec, the preview of down, and down"


def test_status_of_a_stack(host: OneHost) -> None:
    """It is the answer of a plan, with the containers; one call of the module changes nothing."""
    before = host.call("status")
    assert before.status == 2
    assert before.actions("one") == host.call("plan").actions("one")
    assert before.document["envoys"]["one"]["last_run"] is None
    empty = "note: no containers of this stack on one; `vigo-bridge run` creates them\n"
    assert host.text("logs") == (0, "", empty)
    host.done("run")
    good = host.call("status")
    assert good.status == 0, good.out
    envoy = good.document["envoys"]["one"]
    assert [each["state"] for each in envoy["containers"]] == ["running", "running"]
    assert envoy["last_run"]["outcome"] == "changed"
    host.client.api.stop(f"{host.name}-web", timeout=0)
    status, out, err = host.text("status", "shop")
    assert (status, err) == (2, "")
    first, second, *_ = out.splitlines()
    assert first.split()[:3] == ["~", "shop/web", "exited"], out
    assert second.startswith("    would be started: it was stopped"), out
    assert out.splitlines()[-1].startswith("1 host: 1 drift (")
    assert host.call("status", "shop/db").status == 0
