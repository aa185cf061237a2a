# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of a rollout are undone: files on this machine, and containers on an engine in memory."""

from __future__ import annotations

import contextlib
import pickle
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.engine.transport import Transport
from ansible_collections.vigo.bridge.plugins.module_utils.state.former import (
    Former,
    FormerState,
    Kept,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay, Killed
from tests.unit.in_memory_engine.use import HOST, in_use

APP = {"type": "container", "container": "app", "image": "redis:7-alpine", "docker_host": HOST}
SERVICE = {**APP, "restart": "always", "settle_time": "1s", "stop_timeout": 1}
NEW = {**SERVICE, "image": "redis:8-alpine"}
PROXY = {**SERVICE, "container": "proxy", "network_mode": "container:app"}
FIRST = {"update": "start-first", "share_volumes": True}
BROKEN = {**NEW, "command": ["sh", "-c", "exit 9"]}


class Machine:
    """A host with an engine in memory and files in a folder."""

    def __init__(self, folder: Path, podman: bool = False) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.files.mkdir()
        self.memory = InMemoryEngine(podman)
        self.memory.have("redis:7-alpine", "redis:8-alpine")
        self.notes: list[str] = []

    def run(
        self,
        resources: Mapping[str, Mapping[str, Any]],
        former: str = "",
        rollout: str = "r1",
        way: Transport | None = None,
        check: bool = False,
        **more: Any,
    ) -> dict[str, Result]:
        arguments = {
            "scope": "shop",
            "state_dir": str(self.folder / "state"),
            "resources": [{"id": id, **given} for id, given in resources.items()],
            "former": former or None,
            "rollout": rollout if former else None,
            **more,
        }
        target = Target(check, notes=self.notes)
        with in_use(self.memory, way):
            return {result.id: result for result in converge(arguments, target)}

    def state(self) -> dict[str, Any]:
        """Return all that a way back must restore."""
        found: dict[str, Any] = {}
        for path in sorted(self.files.rglob("*")):
            status = path.lstat()
            content = str(path.readlink()) if path.is_symlink() else path.read_bytes()
            found[path.name] = (content, status.st_mode, status.st_uid, status.st_gid)
        for box in self.memory.boxes.values():
            if box.name.endswith(".vigo-failed"):
                assert not box.has_process
                assert self.memory.podman or box.policy == "no"  # Podman changes no policy.
            else:
                # Engines stop a container; none makes it one that was never started.
                status_of = {"created": "exited"}.get(box.status, box.status)
                found[box.id] = (box.name, status_of, box.policy, sorted(box.networks))
        return found

    def kept(self) -> list[str]:
        former = self.folder / "state" / "former"
        return sorted(path.name for path in former.iterdir()) if former.exists() else []


@pytest.fixture(params=[False, True], ids=["docker", "podman"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    return Machine(tmp_path, request.param)


def file(machine: Machine, name: str = "page", **given: Any) -> dict[str, Any]:
    return {"type": "file", "target_path": str(machine.files / name), **given}


Build = Callable[[Machine], Mapping[str, Mapping[str, Any]]]


def containers(**given: Mapping[str, Any]) -> Build:
    return lambda machine: {f"x/{name}": resource for name, resource in given.items()}


def page(**given: Any) -> Build:
    return lambda machine: {"x/page": file(machine, **given)}


def nothing(machine: Machine) -> Mapping[str, Mapping[str, Any]]:
    return {}


#: before -> after -> the actions of the way back
CASES: dict[str, tuple[Build, Build, dict[str, str]]] = {
    "a new file": (nothing, page(content="new\n"), {"x/page": "deleted"}),
    "another content": (page(content="old\n"), page(content="new\n"), {"x/page": "updated"}),
    "another mode": (
        page(content="old\n", mode="0640"),
        page(content="old\n", mode="0604"),
        {"x/page": "updated"},
    ),
    "set-user-ID": (
        page(content="old\n", mode="4755"),
        page(content="new\n", mode="0600"),
        {"x/page": "updated"},
    ),
    "another owner": (
        page(content="old\n", owner="65534", group="65534"),
        page(content="old\n", owner="0", group="0"),
        {"x/page": "updated"},
    ),
    "a removed file": (page(content="old\n"), page(state="absent"), {"x/page": "updated"}),
    "bytes": (page(content_base64="AP8K"), page(content="new\n"), {"x/page": "updated"}),
    "an unchanged file": (page(content="old\n"), page(content="old\n"), {"x/page": "none"}),
    "a new container": (nothing, containers(app=SERVICE), {"x/app": "deleted"}),
    "another image": (containers(app=SERVICE), containers(app=NEW), {"x/app": "recreated"}),
    "another image, started first": (
        containers(app={**SERVICE, **FIRST}),
        containers(app={**NEW, **FIRST}),
        {"x/app": "recreated"},
    ),
    "started first, but it fails": (
        containers(app={**SERVICE, **FIRST}),
        containers(app={**BROKEN, **FIRST}),
        {"x/app": "none"},
    ),
    "another policy": (
        containers(app=SERVICE),
        containers(app={**SERVICE, "restart": "on-failure"}),
        {"x/app": "updated"},
    ),
    "started": (
        containers(app={**SERVICE, "state": "stopped"}),
        containers(app=SERVICE),
        {"x/app": "stopped"},
    ),
    "stopped": (
        containers(app=SERVICE),
        containers(app={**SERVICE, "state": "stopped"}),
        {"x/app": "started"},
    ),
    "replaced while stopped": (
        containers(app={**SERVICE, "state": "stopped"}),
        containers(app=NEW),
        {"x/app": "recreated"},
    ),
    "replaced, but it fails": (containers(app=SERVICE), containers(app=BROKEN), {"x/app": "none"}),
    "created, but it fails": (nothing, containers(app=BROKEN), {"x/app": "none"}),
    "with one that shares its network": (
        containers(app=SERVICE, proxy=PROXY),
        containers(app=NEW, proxy=PROXY),
        {"x/app": "recreated", "x/proxy": "none"},
    ),
}


@pytest.mark.parametrize(("before", "after", "actions"), CASES.values(), ids=CASES)
def test_there_and_back(
    machine: Machine, before: Build, after: Build, actions: dict[str, str]
) -> None:
    if machine.memory.podman and "start-first" in str(before(machine)):
        pytest.skip("Podman does not support start-first")
    machine.run(before(machine))
    was = machine.state()
    wanted = after(machine)
    machine.run(wanted, "keep")
    back = machine.run(wanted, "restore")
    found = {name: result.action for name, result in back.items()}
    if found.get("x/app") == "recreated" and actions["x/app"] == "updated":
        found["x/app"] = "updated"  # Podman replaces it.
    assert found == actions, back
    assert machine.state() == was
    assert machine.kept() == []
    again = machine.run(wanted, "restore")
    assert {result.action for result in again.values()} <= {"none"}
    assert machine.state() == was
    first = machine.run(before(machine))
    assert {result.action for result in first.values()} <= {"none"}


def test_a_link_is_restored(machine: Machine) -> None:
    (machine.files / "page").symlink_to("elsewhere")
    was = machine.state()
    wanted = page(content="new\n")(machine)
    assert machine.run(wanted, "keep")["x/page"].action == "updated"
    machine.run(wanted, "restore")
    assert machine.state() == was


@pytest.mark.parametrize("update", [{}, FIRST], ids=["stop first", "start first"])
@pytest.mark.parametrize("former", ["", "keep"])
def test_a_success_stays(machine: Machine, former: str, update: Mapping[str, Any]) -> None:
    if machine.memory.podman and update:
        pytest.skip("Podman does not support start-first")
    service, new = {**SERVICE, **update}, {**NEW, **update}
    machine.run({"x/app": service})
    machine.run({"x/app": new}, "keep")
    assert machine.memory.names() == {"app", "app.vigo-old"}
    if former:
        assert machine.run({"x/app": new}, "discard")["x/app"].action == "none"
    else:  # the next run does the same
        assert "finished an interrupted" in machine.run({"x/app": new})["x/app"].reason
    assert machine.memory.names() == {"app"}
    box = machine.memory.box("app")
    assert box is not None
    assert box.status == "running"
    assert machine.kept() == []


def test_commands_are_not_undone(machine: Machine) -> None:
    wanted = {
        "x/first": {"type": "exec", "command": f"touch {machine.files}/made"},
        "x/page": file(machine, content="new\n"),
    }
    machine.run(wanted, "keep")
    back = machine.run(wanted, "restore")
    assert (back["x/first"].action, back["x/page"].action) == ("skipped", "deleted")
    assert back["x/first"].reason == "it changed, and is not undone"
    assert (machine.files / "made").exists()


def test_a_container_restarts_with_the_former_file(machine: Machine) -> None:
    """Files go back before the containers that read them."""

    def stack(text: str) -> dict[str, dict[str, Any]]:
        return {"x/page": file(machine, content=text, notify="app"), "x/app": SERVICE}

    machine.run(stack("old\n"))
    assert machine.run(stack("new\n"), "keep")["x/app"].action == "restarted"
    back = machine.run(stack("new\n"), "restore")
    assert (back["x/page"].action, back["x/app"].action) == ("updated", "restarted")
    assert (machine.files / "page").read_text() == "old\n"


def test_states_of_another_rollout_are_not_used(machine: Machine) -> None:
    wanted = page(content="new\n")(machine)
    machine.run(wanted, "keep", "r1")
    assert machine.run(wanted, "restore", "r2")["x/page"].action == "none"
    assert (machine.files / "page").exists()
    machine.run(wanted, "keep", "r2")
    assert machine.kept() == []


def test_the_first_state_counts(machine: Machine) -> None:
    """A rollout may converge a host twice."""
    machine.run(page(content="old\n")(machine))
    for text in ("new\n", "newer\n"):
        machine.run(page(content=text)(machine), "keep")
    machine.run(page(content="newer\n")(machine), "restore")
    assert (machine.files / "page").read_text() == "old\n"


def test_a_former_container_that_is_gone(machine: Machine) -> None:
    machine.run({"x/app": SERVICE})
    machine.run({"x/app": NEW}, "keep")
    machine.memory.request("DELETE", "/containers/app.vigo-old?force=true", 9.0)
    result = machine.run({"x/app": NEW}, "restore")["x/app"]
    assert result.failed
    assert "the former container app no longer exists" in result.reason
    assert machine.memory.names() == {"app"}


def test_a_large_file_is_not_kept(machine: Machine) -> None:
    (machine.files / "page").write_bytes(b"x" * ((8 << 20) + 1))
    wanted = page(content="new\n")(machine)
    machine.run(wanted, "keep")
    assert machine.run(wanted, "restore")["x/page"].action == "skipped"


def damaged(machine: Machine, number: int, content: bytes) -> None:
    path = machine.folder / "state/former" / machine.kept()[number]
    path.write_bytes(content)


WRONG = b'{"rollout": "r1", "resource": 1, "type": "file", "state": null}'


@pytest.mark.parametrize("content", [b"{", b"[]", WRONG], ids=["cut", "a list", "a number"])
@pytest.mark.parametrize("number", range(3))
def test_a_damaged_state_costs_no_other(machine: Machine, number: int, content: bytes) -> None:
    """What is lost is noted, and no result says that its resource was not changed."""

    def stack(text: str) -> dict[str, dict[str, Any]]:
        names = ("a", "b", "c")
        return {f"x/{name}": file(machine, name, content=text) for name in names}

    machine.run(stack("old\n"))
    machine.run(stack("new\n"), "keep")
    damaged(machine, number, content)
    back = machine.run(stack("new\n"), "restore")
    lost = "abc"[number]
    for name in "abc":
        is_lost = name == lost
        assert back[f"x/{name}"].action == ("skipped" if is_lost else "updated"), back
        text = (machine.files / name).read_text()
        assert text == ("new\n" if is_lost else "old\n")
    assert "it is not known whether this rollout changed it" in back[f"x/{lost}"].reason
    assert "that change cannot be undone" in "".join(machine.notes)
    assert not [name for name in machine.kept() if name.endswith(".json")]


@pytest.mark.parametrize("mode", ["restore", "discard"])
def test_check_mode_changes_nothing(machine: Machine, mode: str) -> None:
    def stack(text: str, app: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        command = {"type": "exec", "command": "true"}
        return {"x/page": file(machine, content=text), "x/app": app, "x/run": command}

    machine.run(stack("old\n", SERVICE))
    wanted = stack("new\n", NEW)
    machine.run(wanted, "keep")
    found, kept = machine.state(), machine.kept()
    results = machine.run(wanted, mode, check=True)
    assert (machine.state(), machine.kept()) == (found, kept)
    actions = [result.action for result in results.values()]
    expected = ["unknown", "unknown", "skipped"] if mode == "restore" else ["none"] * 3
    assert actions == expected
    machine.run(wanted, mode)
    assert machine.state() != found


def test_an_update_that_was_killed_leaves_one_container(machine: Machine) -> None:
    """The new one ran beside the old one."""
    if machine.memory.podman:
        pytest.skip("Podman does not support start-first")
    machine.run({"x/app": {**SERVICE, **FIRST}})
    was, wanted = machine.state(), {"x/app": {**NEW, **FIRST}}
    way = FaultyWay(machine.memory)
    at = 0
    while "app.vigo-new" not in machine.memory.names():
        at += 1
        way = FaultyWay(machine.memory, "kill after", at)
        with contextlib.suppress(Killed):
            machine.run(wanted, "keep", way=way)
    machine.run(wanted, "restore")
    assert machine.state() == was
    assert machine.memory.names() <= {"app", "app.vigo-failed"}


@pytest.mark.parametrize("mode", ["keep", "restore", "discard"])
def test_a_rollout_needs_a_name(machine: Machine, mode: str) -> None:
    with pytest.raises(ResourceError, match=f"former: {mode} requires the option rollout"):
        machine.run({}, mode, "")


def test_former_states_are_private(machine: Machine) -> None:
    machine.run(page(content="old\n", mode="0600")(machine))
    machine.run(page(content="new\n")(machine), "keep")
    folder = machine.folder / "state" / "former"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


@pytest.mark.parametrize(
    "case",
    ["another image", "another image, started first", "a new container", "started", "stopped"],
)
def test_the_way_back_can_be_killed_at_every_call(tmp_path: Path, case: str) -> None:
    before, after, _ = CASES[case]
    folder = tmp_path / "machine"
    folder.mkdir()
    start = Machine(folder)
    start.run(before(start))
    was, wanted = start.state(), after(start)
    start.run(wanted, "keep")
    folder.rename(tmp_path / "start")
    at, done = 0, False
    while not done:
        at += 1
        shutil.copytree(tmp_path / "start", folder)
        machine = pickle.loads(pickle.dumps(start))
        way = FaultyWay(machine.memory, "kill after", at)
        with contextlib.suppress(Killed):
            machine.run(wanted, "restore", way=way)
        done = not way.met
        back = machine.run(wanted, "restore")
        assert not any(result.failed for result in back.values()), (at, back)
        assert machine.state() == was, at
        shutil.rmtree(folder)
    assert at > 3


def test_a_type_that_this_version_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version recorded the state: it is reported, and nothing else fails."""
    kept = Kept((FormerState("shop/x", "unheard-of", {"key": 1}),))
    monkeypatch.setattr(Former, "kept", lambda self: kept)
    found = Machine(tmp_path).run({"shop/app": SERVICE}, "restore")
    assert {name: (result.action, result.reason) for name, result in found.items()} == {
        "shop/app": ("none", "this rollout did not change it"),
        "shop/x": ("skipped", "it changed, and is not undone"),
    }
