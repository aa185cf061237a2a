# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own example, converged on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import NotFound

from tests.integration.free_ports import free_port
from tests.integration.program import SECRET, Finished, vigo_bridge
from tests.testbed import Engine
from vigo_bridge.language.identity import lines, new_id

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
HOST = "web1.app.example.com"
SHOP = "one.shop.example.com"
REDIS, APP = "redis/redis-container", "app-stack/app-container"
FILE, UP = "compose-app/compose-file", "compose-app/compose-up"


class Machine:
    """The example stack under a name of its own, and the engine that it goes to."""

    def __init__(self, folder: Path, engine: Engine, environment: dict[str, str]) -> None:
        self.folder = folder
        self.stack = folder / f"example-{os.getpid()}"
        self.engine = engine
        self.environment = environment
        self.client = engine.client()
        self.ports = {name: free_port() for name in ("redis_port", "app_port", "shop_port")}
        shutil.copytree(ROOT / "stacks", self.stack)
        self.stack_id = new_id()
        (self.stack / "stack.vgo").write_text(lines(self.stack.name, self.stack_id))

    def __call__(self, command: str, *arguments: str, name: str = HOST) -> Finished:
        return vigo_bridge(
            *(command, "--stacks", self.stack, "--local", "--as", name, "-o", "json"),
            *("--set", f"compose_folder={self.folder}/shop"),
            *self.set_ports,
            *arguments,
            environment=self.environment,
        )

    @property
    def set_ports(self) -> list[str]:
        """Options that replace the ports of the stack by free ones."""
        pairs = [("--set", f"{name}={port}") for name, port in self.ports.items()]
        return [word for pair in pairs for word in pair]

    def inspect(self, container: str) -> Any:
        return self.client.containers.get(container).attrs

    def ids(self) -> dict[str, str]:
        return {name: self.inspect(name)["Id"] for name in ("redis", "webapp")}

    def clear(self) -> None:
        for container in self.client.containers.list(ignore_removed=True, all=True):
            name = str(container.name)
            if name in ("redis", "webapp") or name.startswith("shop-"):
                container.remove(force=True, v=True)
        for network in self.client.networks.list(names=["shop_default"]):
            network.remove()
        for state in (Path("/var/lib/vigo-bridge"), Path.home() / ".local/state/vigo-bridge"):
            if os.access(state, os.W_OK):
                (state / "stack-journal" / f"{self.stack_id}.json").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def machine(
    engine: Engine, compose_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("local"), engine, compose_env)
    machine.clear()
    yield machine
    machine.clear()
    machine.client.close()


class TestLifecycle:
    """One story: each test starts where the one before it ended."""

    def test_the_example_is_valid(self, machine: Machine) -> None:
        finished = vigo_bridge("config", "validate", "--strict", "--stacks", machine.stack)
        assert finished.status == 0, finished.out

    def test_plan_predicts_the_first_run(self, machine: Machine) -> None:
        finished = machine("plan")
        assert finished.status == 2, finished.err
        assert finished.actions(HOST) == {REDIS: "created", APP: "created"}
        assert (
            machine.client.containers.list(
                ignore_removed=True, all=True, filters={"name": "^redis$"}
            )
            == []
        )

    def test_missing_containers_are_pulled_created_and_started(self, machine: Machine) -> None:
        finished = machine("run")
        assert finished.status == 0, finished.out + finished.err
        assert list(finished.actions(HOST).items()) == [(REDIS, "created"), (APP, "created")]
        redis, app = machine.inspect("redis"), machine.inspect("webapp")
        assert redis["Config"]["Cmd"] == ["redis-server", "--maxmemory", "512mb"]
        assert redis["State"]["StartedAt"] < app["State"]["StartedAt"]
        assert app["Config"]["Image"] == "traefik/whoami:v1.10.1"
        assert f"REDIS_URL=redis://localhost:{machine.ports['redis_port']}" in app["Config"]["Env"]
        assert f"DATABASE_URL={SECRET}" in app["Config"]["Env"]
        labels = app["Config"]["Labels"]
        assert SECRET not in json.dumps(labels)
        assert labels["vigo.bridge.scope"] == machine.stack.name
        assert labels["vigo.bridge.resource"] == APP
        assert "v1.10.1" in page(machine, machine.ports["app_port"])

    def test_second_run_changes_nothing(self, machine: Machine) -> None:
        before = machine.ids()
        assert machine("plan").status == 0
        finished = machine("run")
        assert finished.status == 0
        assert finished.document["envoys"][HOST]["status"] == "converged"
        assert finished.actions(HOST) == {REDIS: "none", APP: "none"}
        assert machine.ids() == before

    def test_another_tag_recreates_that_container_alone(self, machine: Machine) -> None:
        before = machine.ids()
        finished = machine("run", "--set", "app_tag=v1.10.2")
        assert finished.actions(HOST) == {REDIS: "none", APP: "recreated"}
        assert "v1.10.2" in finished.reasons(HOST)[APP]
        assert "v1.10.2" in page(machine, machine.ports["app_port"])
        assert machine.ids()["redis"] == before["redis"]

    def test_a_stopped_container_is_started(self, machine: Machine) -> None:
        before = machine.ids()
        machine.client.containers.get("redis").stop(timeout=2)
        finished = machine("run", "--set", "app_tag=v1.10.2")
        assert finished.actions(HOST) == {REDIS: "started", APP: "none"}
        assert machine.ids() == before

    def test_a_container_removed_by_hand_is_created(self, machine: Machine) -> None:
        machine.client.containers.get("webapp").remove(force=True)
        finished = machine("run", "--set", "app_tag=v1.10.2")
        assert finished.actions(HOST) == {REDIS: "none", APP: "created"}

    def test_redis_keeps_its_data_over_a_recreate(self, machine: Machine) -> None:
        redis = machine.client.containers.get("redis")
        for words in (["set", "kept", "yes"], ["save"]):
            redis.exec_run(["redis-cli", *words])
        finished = machine("run", "--set", "redis_maxmemory=600mb", "--set", "app_tag=v1.10.2")
        assert finished.actions(HOST)[REDIS] == "recreated"
        assert machine.client.containers.get("redis").id != redis.id
        answer = machine.client.containers.get("redis").exec_run(["redis-cli", "get", "kept"])
        assert answer.output == b"yes\n"

    @pytest.mark.parametrize(
        ("state", "action", "status"),
        [("stopped", "stopped", "exited"), ("absent", "deleted", None), ("absent", "none", None)],
    )
    def test_other_states(
        self, machine: Machine, state: str, action: str, status: str | None
    ) -> None:
        crate = machine.stack / "configcrates" / "app-stack.vgo"
        text = crate.read_text()
        crate.write_text(text.replace("state: running", f"state: {state}"))
        try:
            finished = machine("run", "--set", "app_tag=v1.10.2")
        finally:
            crate.write_text(text)
        assert finished.actions(HOST)[APP] == action, finished.out
        try:
            found = machine.inspect("webapp")["State"]["Status"]
        except NotFound:
            found = None
        assert found == status

    def test_a_generated_project_does_the_same_with_plain_ansible(
        self, machine: Machine, tmp_path: Path
    ) -> None:
        project = tmp_path / "project"
        generated = vigo_bridge(
            *("generate", project, "--stacks", machine.stack, "--local", "--as", HOST),
            *machine.set_ports,
        )
        assert generated.status == 0, generated.err
        assert SECRET not in "".join(f.read_text() for f in project.rglob("*") if f.is_file())
        environment = {
            **os.environ,
            **machine.environment,
            "VIGO_SECRET_VIGO_WEBAPP_DATABASE_URL": SECRET,
        }
        program = Path(sys.executable).with_name("ansible-playbook")
        recaps = []
        for _ in range(2):
            finished = subprocess.run(
                [program, "site.yml"],
                cwd=project,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert finished.returncode == 0, finished.stdout + finished.stderr
            assert SECRET not in finished.stdout + finished.stderr
            recaps.append(finished.stdout.split("PLAY RECAP")[1])
        assert "changed=1" in recaps[0]
        assert "changed=0" in recaps[1]
        assert f"DATABASE_URL={SECRET}" in machine.inspect("webapp")["Config"]["Env"]

    def test_what_the_stack_no_longer_names_is_listed_and_pruned(self, machine: Machine) -> None:
        role = machine.stack / "roles" / "docker-app.vgo"
        text = role.read_text()
        role.write_text(text.replace("  - app-stack\n", ""))
        try:
            planned = machine("plan")
            kept = machine("run")
            assert machine.inspect("webapp")["State"]["Status"] == "running"
            pruned = machine("run", "--prune")
        finally:
            role.write_text(text)
        assert planned.status == 0, planned.out
        assert planned.document["envoys"][HOST]["orphans"] == ["webapp"]
        assert kept.actions(HOST) == {REDIS: "none"}
        assert pruned.actions(HOST) == {REDIS: "none", "prune/webapp": "deleted"}
        with pytest.raises(NotFound):
            machine.inspect("webapp")


class TestComposeRecipe:
    """The example's recipe, whose guard works. One story again."""

    def run(self, machine: Machine, *arguments: str) -> Finished:
        return machine("run", *arguments, name=SHOP)

    def test_first_run_brings_it_up(self, machine: Machine) -> None:
        finished = self.run(machine)
        assert finished.status == 0, finished.out + finished.err
        assert finished.actions(SHOP) == {FILE: "created", UP: "ran"}
        assert "nginx:latest" in page(machine, machine.ports["shop_port"])

    def test_second_run_skips_it(self, machine: Machine) -> None:
        finished = self.run(machine)
        assert finished.actions(SHOP) == {FILE: "none", UP: "skipped"}
        assert finished.reasons(SHOP)[UP].startswith("unless: ")

    def test_a_stopped_service_is_brought_up_again(self, machine: Machine) -> None:
        machine.client.containers.get("shop-web-1").stop(timeout=2)
        assert self.run(machine).actions(SHOP) == {FILE: "none", UP: "ran"}

    def test_a_changed_file_brings_it_up_although_all_services_run(self, machine: Machine) -> None:
        port = free_port()
        finished = self.run(machine, "--set", f"shop_port={port}")
        assert finished.actions(SHOP) == {FILE: "updated", UP: "ran"}
        assert finished.reasons(SHOP)[UP] == "triggered"
        assert "nginx:latest" in page(machine, port)

    def test_a_failed_command_is_tried_again_by_the_next_run(self, machine: Machine) -> None:
        """The port is taken at first; then it is free, and the trigger is still pending."""
        port = free_port()
        blocker = machine.client.containers.run(
            "traefik/whoami:v1.10.1", detach=True, ports={"80/tcp": port}, name="shop-blocker"
        )
        failed = self.run(machine, "--set", f"shop_port={port}")
        assert failed.status == 3
        assert failed.actions(SHOP) == {FILE: "updated", UP: "failed"}
        blocker.remove(force=True)
        repaired = self.run(machine, "--set", f"shop_port={port}")
        assert repaired.actions(SHOP) == {FILE: "none", UP: "ran"}
        assert repaired.reasons(SHOP)[UP] == "triggered"
        assert "nginx:latest" in page(machine, port)
        assert self.run(machine, "--set", f"shop_port={port}").actions(SHOP)[UP] == "skipped"


def page(machine: Machine, port: int) -> str:
    with urllib.request.urlopen(f"http://{machine.engine.address}:{port}/", timeout=10) as answer:
        return str(answer.read().decode())
