# SPDX-License-Identifier: GPL-3.0-or-later
"""The stack of Vigo's own documentation, as it is written there, on hosts reached by SSH."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import SECRET, Finished, vigo_bridge
from tests.testbed import Fleet, Host

pytestmark = pytest.mark.integration

WEB = ["web1.app.example.com", "web2.app.example.com", "web3.app.example.com"]
REDIS, APP = "redis/redis-container", "app-stack/app-container"
COMPOSE = "compose.example.com"
FILE, UP = "compose-app/compose-file", "compose-app/app-stack"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seed") / "stacks"
    shutil.copytree(Path(__file__).parent / "seed" / "stacks", folder)
    return folder


class Site:
    """The stack and the hosts that it is for."""

    def __init__(self, stack: Path, inventory: Path) -> None:
        self.stack = stack
        self.inventory = inventory

    def __call__(self, command: str, *arguments: str) -> Finished:
        return vigo_bridge(
            command, "--stacks", self.stack, "-i", self.inventory, "-o", "json", *arguments
        )


@pytest.fixture(scope="module")
def web(stack: Path, fleet3: Fleet) -> Iterator[Site]:
    inventory = stack.parent / "web.ini"
    inventory.write_text(fleet3.inventory())
    yield Site(stack, inventory)
    for host in fleet3.hosts:
        host.docker("rm", "--force", "--volumes", "redis", "webapp")


def inspected(host: Host, container: str) -> dict[str, Any]:
    (facts,) = json.loads(host.docker("inspect", container))
    return dict(facts)


def test_validate_accepts_it_and_says_why_its_guard_is_inverted(stack: Path) -> None:
    finished = vigo_bridge("config", "validate", "--stacks", stack)
    assert finished.status == 0
    assert "compose-app.vgo:28:89: warning: 'unless' with 'grep -qv running'" in finished.out
    assert vigo_bridge("config", "validate", "--strict", "--stacks", stack).status == 1


def test_plan_on_empty_hosts_predicts_everything_and_touches_nothing(
    web: Site, fleet3: Fleet
) -> None:
    finished = web("plan")
    assert finished.status == 2, finished.err
    assert finished.document["status"] == "pending"
    for host in WEB:
        assert finished.actions(host) == {REDIS: "created", APP: "created"}
        assert fleet3[host].docker("ps", "-aq") == ""


def test_run_converges_three_hosts(web: Site, fleet3: Fleet) -> None:
    finished = web("run")
    assert finished.status == 0, finished.out + finished.err
    assert finished.document["status"] == "converged"
    for name in WEB:
        assert finished.document["envoys"][name]["status"] == "changed"
        assert list(finished.actions(name).items()) == [(REDIS, "created"), (APP, "created")]
        host = fleet3[name]
        assert host.docker("exec", "redis", "redis-cli", "config", "get", "maxmemory").split() == [
            "maxmemory",
            str(512 * 1024 * 1024),
        ]
        app = inspected(host, "webapp")
        assert app["Config"]["Image"] == "myregistry.example.com/webapp:v2.1.0"
        assert "REDIS_URL=redis://localhost:6379" in app["Config"]["Env"]
        assert f"DATABASE_URL={SECRET}" in app["Config"]["Env"]
        assert SECRET not in json.dumps(app["Config"]["Labels"])
        assert "v2.1.0" in host.run("curl -sf http://localhost:8080/health")
    assert SECRET not in finished.out + finished.err


def test_second_run_changes_nothing(web: Site) -> None:
    assert web("plan").status == 0
    finished = web("run")
    assert finished.status == 0
    for host in WEB:
        assert finished.document["envoys"][host]["status"] == "converged"
        assert finished.actions(host) == {REDIS: "none", APP: "none"}


def test_a_host_that_is_down_fails_alone(web: Site, fleet3: Fleet) -> None:
    """A new tag on three hosts, one of which does not answer."""
    down = fleet3[WEB[2]]
    before = {name: inspected(fleet3[name], "redis")["Id"] for name in WEB[:2]}
    down.stop()
    try:
        finished = web("run", "--set", "app_tag=v2.2.0")
    finally:
        down.start()
    assert finished.status == 3
    assert finished.document["status"] == "failed"
    assert finished.document["envoys"][WEB[2]]["status"] == "unreachable"
    assert "ssh" in finished.document["envoys"][WEB[2]]["message"].lower()
    for name in WEB[:2]:
        assert finished.actions(name) == {REDIS: "none", APP: "recreated"}
        assert "v2.1.0" in finished.reasons(name)[APP]
        assert "v2.2.0" in fleet3[name].run("curl -sf http://localhost:8080/health")
        assert inspected(fleet3[name], "redis")["Id"] == before[name]


def test_the_host_that_was_down_catches_up(web: Site) -> None:
    finished = web("run", "--set", "app_tag=v2.2.0")
    assert finished.status == 0, finished.out
    assert finished.actions(WEB[0]) == {REDIS: "none", APP: "none"}
    assert finished.actions(WEB[2])[APP] == "recreated"


def test_the_rolling_examples_as_they_are_written(web: Site, fleet3: Fleet) -> None:
    """In the folder of the stack, with an inventory in Ansible's configuration."""

    def called(*arguments: str) -> Finished:
        return vigo_bridge(
            *arguments,
            cwd=web.stack.parent,
            environment={
                "ANSIBLE_INVENTORY": str(web.inventory),
                "XDG_STATE_HOME": str(web.stack.parent / "state"),
            },
        )

    entry = web.stack / "envoys" / "envoys.vgo"
    entry.write_text(entry.read_text().replace('app_tag: "v2.1.0"', 'app_tag: "v2.2.0"'))
    pushed = called("envoys", "push", "--all")
    assert pushed.status == 0, pushed.out + pushed.err
    pulled = called(
        *("task", "run", "docker pull myregistry.example.com/webapp:v2.1.0"),
        *("--target", "*.app.example.com", "--batch-size", "25%"),
        *("--health-check", "curl -sf http://localhost:8080/health"),
    )
    assert pulled.status == 0, pulled.out + pulled.err
    assert "batch 3 of 3: web3.app.example.com" in pulled.err
    assert "3 envoys: 3 changed" in pulled.out
    for name in WEB:
        assert "v2.2.0" in fleet3[name].run("curl -sf http://localhost:8080/health")
        assert "v2.1.0" in fleet3[name].docker("images", "myregistry.example.com/webapp")


@pytest.fixture(scope="module")
def compose(stack: Path, fleet3: Fleet) -> Iterator[tuple[Site, Host]]:
    """Yield a host of that name: one of the three, without the containers that publish the same
    ports.
    """
    host = fleet3[WEB[0]]
    host.docker("rm", "--force", "--volumes", "redis", "webapp")
    inventory = stack.parent / "compose.ini"
    inventory.write_text(f"{COMPOSE} {host.inventory_line().partition(' ')[2]}\n")
    yield Site(stack, inventory), host
    host.run("cd /opt/myapp && docker compose down --volumes --timeout 0 && rm -r /opt/myapp")


def test_the_recipe_as_written_runs_every_time(compose: tuple[Site, Host]) -> None:
    """Its guard holds when some service is not running, so nothing ever holds it back."""
    site, host = compose
    first = site("run")
    assert first.status == 0, first.out
    assert first.actions(COMPOSE) == {FILE: "created", UP: "ran"}
    assert first.reasons(COMPOSE)[UP] == "triggered"
    assert "v2.1.0" in host.run("curl -sf http://localhost:8080/health")
    assert host.run("curl -sf http://localhost:80/")

    second = site("run")
    assert second.actions(COMPOSE) == {FILE: "none", UP: "ran"}
    # The braces have reached the shell as they were written.
    assert (
        "ps --format '{{.State}}' | grep -qv running` ended with exit code 1"
        in (second.reasons(COMPOSE)[UP])
    )
