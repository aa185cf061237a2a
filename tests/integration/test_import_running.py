# SPDX-License-Identifier: GPL-3.0-or-later
"""The import of containers that run, beside the import of the file that they are made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS
from tests.integration.compose_scene import PROFILES, SECRETS, Scene
from tests.integration.program import vigo_bridge
from tests.integration.test_compose_import import FILES, QUICK
from tests.testbed import Engine
from vigo_bridge.compose.importer import Destination, read_compose
from vigo_bridge.compose.running.reading import read_running
from vigo_bridge.compose.stack.content import ImportedStack

pytestmark = pytest.mark.integration

HOST = "one.running.example.com"
#: What the two may differ in, and why.
NOT_COMPARED = {
    "platform": "engines do not report it",
}
#: The defaults of engines, which a file may set.
DEFAULTS = {"ipc": "private", "log_driver": "json-file", "healthcheck": {"test": ("NONE",)}}


def filled(value: Any, variables: dict[str, str]) -> Any:
    """Return attributes with the values of their variables, and one name for all secrets."""
    if isinstance(value, dict):
        return {key: filled(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, variables) for item in value]
    if isinstance(value, str):
        known = re.sub(r"\{\{ \.Vars\.(\w+) \}\}", lambda use: variables[use[1]], value)
        known = known.replace('{{ "{{" }}', "{{")
        return re.sub(r"secret:(\{[\w/.-]+\}|[\w/.-]+)", "SECRET", known)
    return value


def resources(stack: ImportedStack) -> dict[str, dict[str, Any]]:
    found = {}
    for crate in stack.crates:
        if crate.name not in stack.included:
            continue  # Its profile is not active.
        variables = {name: value for name, (value, _) in crate.vars.items()}
        for resource in crate.resources:
            found[resource.name] = {
                "type": resource.kind,
                **filled(resource.attributes, variables),
            }
    return found


def settings(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a container in one form, and what the stack does with it."""
    known = {name: value for name, value in attributes.items() if name != "type"}
    order = {name: known.pop(name, None) for name in ("depends_on", "subscribes")}
    found = spec.parse(known)
    forms = {
        name: setting.canonical(getattr(found.settings, name)) for name, setting in SETTINGS.items()
    }
    order = {
        name: sorted(one.rpartition("/")[2] for one in value or ()) for name, value in order.items()
    }
    for name, usual in DEFAULTS.items():
        forms[name] = None if forms[name] == usual else forms[name]
    forms["env"] = {
        name: "SECRET" if "SECRET" in value else value
        for name, value in (forms["env"] or {}).items()
    }
    return {**forms, **order, "container": found.name, "expect": found.expect}


@pytest.mark.parametrize(
    "compose_scene",
    [*QUICK, *(pytest.param(stem, marks=pytest.mark.sweep) for stem in FILES)],
    indirect=True,
    ids=lambda stem: stem,
)
def test_a_project_gives_the_stack_of_its_file(
    compose_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose_scene.compose("up", "-d", "--quiet-pull")
    for name, value in compose_scene.environment.items():
        monkeypatch.setenv(name, value)
    profiles = PROFILES.get(compose_scene.stem, [])[1::2]
    of_file = read_compose(
        [Path(file) for file in compose_scene.files],
        compose_scene.environment,
        match=HOST,
        project=compose_scene.stem,
        profiles=profiles,
    )
    of_engine = read_running(compose_scene.stem, Destination(HOST, tmp_path / "other"))
    assert [str(item) for item in of_engine.findings if item.severity == "lost"] == []
    theirs, ours = resources(of_file.stack), resources(of_engine.stack)
    assert sorted(theirs) == sorted(ours)
    for name, attributes in theirs.items():
        if attributes["type"] != "container":
            assert ours[name] == attributes
            continue
        before, after = settings(attributes), settings(ours[name])
        for key in before:
            if key not in NOT_COMPARED:
                assert (key, after[key]) == (key, before[key]), name


def adopted(stack: Path, environment: dict[str, str]) -> dict[str, str]:
    """Return the actions of a run, after a plan that says the same."""
    call = ("--stacks", stack, "--local", "--as", HOST, "-o", "json")
    planned = vigo_bridge("plan", *call, environment=environment)
    assert planned.status == 0, planned.reasons(HOST)
    finished = vigo_bridge("run", *call, environment=environment)
    assert finished.actions(HOST) == planned.actions(HOST), finished.reasons(HOST)
    return finished.actions(HOST)


@pytest.mark.parametrize("compose_scene", ["environment"], indirect=True)
def test_a_project_without_its_file_is_adopted(compose_scene: Scene, tmp_path: Path) -> None:
    """Secrets go to a store with the import, so nothing is typed."""
    compose_scene.compose("up", "-d", "--quiet-pull")
    before = {name: payload["Id"] for name, payload in compose_scene.containers().items()}
    for file in compose_scene.files:
        Path(file).unlink()
    stack = tmp_path / "stack"
    call = ("import", "running", compose_scene.stem, "--stacks", stack, "--match", HOST)
    imported = vigo_bridge(*call, "--store", "vault", environment=compose_scene.environment)
    assert imported.status == 0, imported.err
    text = "".join(path.read_text() for path in stack.rglob("*.vgo"))
    assert SECRETS["DB_PASSWORD"] not in text + imported.out + imported.err
    found = re.search(r"ANSIBLE_VAULT_PASSWORD_FILE=(\S+)", imported.out)
    vault = {"ANSIBLE_VAULT_PASSWORD_FILE": found[1]} if found else {}
    actions = adopted(stack, {**compose_scene.environment, **vault})
    assert set(actions.values()) == {"none"}
    assert {name: payload["Id"] for name, payload in compose_scene.containers().items()} == before


def test_what_cannot_be_imported(tmp_path: Path, engine: Engine) -> None:
    """Nothing is written where a project or a container does not exist, or no engine answers."""
    gone = {"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    for words, environment, said in (
        (("running", "no-such-project"), engine.env, "no container on unix://"),
        (("container", "no-such-container"), engine.env, "it does not exist on unix://"),
        (("running", "../etc"), engine.env, "invalid project name '../etc'"),
        (("container", "web", "-p", "A B"), engine.env, "invalid project name 'A B'"),
        (("container", "web"), gone, "no engine responds at"),
    ):
        stack = tmp_path / "nothing"
        finished = vigo_bridge("import", *words, "--stacks", stack, environment=environment)
        assert finished.status == 1
        assert said in finished.err
        assert "Nothing was written." in finished.err
        assert not stack.exists()


#: Requests that create containers, beside the image and the name.
CREATED: dict[str, dict[str, Any]] = {
    "plain": {},
    "process": {
        "command": ["redis-server", "--save", ""],
        "entrypoint": ["docker-entrypoint.sh"],
        "environment": {"A": "1", "B": "two words", "C": "{{ .Vars.x }} $HOME"},
        "labels": {"tier": "cache"},
        "stop_signal": "SIGINT",
        "tty": True,
        "user": "0",
        "working_dir": "/tmp",
    },
    "host": {
        "cap_add": ["NET_ADMIN"],
        "cap_drop": ["MKNOD"],
        "dns": ["192.0.2.1"],
        "dns_search": ["example.com"],
        "extra_hosts": {"db": "192.0.2.7"},
        "restart_policy": {"Name": "on-failure", "MaximumRetryCount": 3},
        "shm_size": "32m",
        "sysctls": {"net.core.somaxconn": "512"},
    },
    "limits": {"mem_limit": "64m", "pids_limit": 100, "read_only": True},
    "storage": {
        "volumes": ["running-named:/named", "/etc/hostname:/host:ro"],
        "tmpfs": {"/scratch": "size=64k"},
    },
}


@pytest.fixture
def names(each_engine: Engine) -> Iterator[list[str]]:
    """Yield the names of containers, which are removed in the end."""
    found = [f"running-{name}" for name in CREATED]
    _remove(each_engine, found)
    yield found
    _remove(each_engine, found)


def _remove(engine: Engine, names: list[str]) -> None:
    with closing(engine.client()) as client:
        for container in client.containers.list(all=True, ignore_removed=True):
            if container.name in names:
                container.remove(force=True, v=True)
        for volume in client.volumes.list(filters={"name": "running-named"}):
            volume.remove()


@pytest.mark.sweep
def test_containers_of_docker_run_are_adopted(
    each_engine: Engine, names: list[str], tmp_path: Path
) -> None:
    with closing(each_engine.client()) as client:
        for name, request in zip(names, CREATED.values(), strict=True):
            client.containers.run("redis:7-alpine", name=name, detach=True, **request)
        before = [client.containers.get(name).id for name in names]
        stack = tmp_path / "stack"
        call = ("import", "container", *names, "-p", "running", "--stacks", str(stack))
        imported = vigo_bridge(*call, "--match", HOST, environment=each_engine.env)
        assert imported.status == 0, imported.err
        actions = adopted(stack, each_engine.env)
        assert actions == {f"running/{name}": "none" for name in names}
        assert [client.containers.get(name).id for name in names] == before
