# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a stack on a machine: what a run would do, the containers, and the last run."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.state.last_run import LastRun
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.module_utils.converge.stack_on_engine import StackOnEngine, actions


@pytest.fixture(params=["docker", "podman"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> StackOnEngine:
    memory = InMemoryEngine(podman=request.param == "podman")
    memory.have("redis:7-alpine")
    return StackOnEngine(memory, tmp_path)


def containers(stack: StackOnEngine, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(each[name] for name in names) for each in stack.returned["containers"]]


def test_a_converged_stack(stack: StackOnEngine) -> None:
    stack.container("shop/web", ports=["8080:80", "127.0.0.1:53:53/udp"])
    stack.run()
    assert actions(stack.info()) == {"shop/web": "none"}
    assert containers(
        stack, "resource", "name", "image", "state", "health", "restarts", "ports"
    ) == [
        (
            "shop/web",
            "web",
            "redis:7-alpine",
            "running",
            "",
            0,
            ["127.0.0.1:53->53/udp", "8080->80"],
        )
    ]
    assert stack.returned["containers"][0]["digest"].startswith("sha256:")
    assert stack.notes == []


#: what is done to the container -> the action that a run would take, and its state
CHANGES = {
    "nothing": ("", "none", "running"),
    "stopped": ("POST /containers/web/stop", "started", "exited"),
    "paused": ("POST /containers/web/pause", "started", "paused"),
    "removed": ("DELETE /containers/web?force=true", "created", None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_answer_is_that_of_a_plan(stack: StackOnEngine, change: str) -> None:
    call, action, state = CHANGES[change]
    stack.container("shop/web")
    stack.run()
    if call:
        method, path = call.split(" ")
        stack.memory.request(method, path, 1.0)
    planned = actions(stack.run(check=True))
    assert actions(stack.info()) == planned == {"shop/web": action}
    assert containers(stack, "state") == ([] if state is None else [(state,)])


def test_nothing_is_changed(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.resources["shop/motd"] = {
        "type": "file",
        "target_path": str(stack.folder / "motd"),
        "content": "hello",
    }
    before = copy.deepcopy(stack.memory.boxes)
    assert actions(stack.info()) == {"shop/web": "created", "shop/motd": "created"}
    assert (stack.memory.boxes, stack.files()) == (before, set())
    assert all(each.diff is None for each in stack.info())


def test_only_some_resources(stack: StackOnEngine) -> None:
    """What they depend on is checked with them, and is not a failure."""
    stack.container("shop/web", depends_on=["shop/db"])
    stack.container("shop/db")
    stack.container("other/app")
    stack.run()
    stack.memory.request("POST", "/containers/db/stop", 1.0)
    assert actions(stack.info(only=["shop/web"])) == {"shop/web": "none"}
    assert containers(stack, "resource") == [("shop/web",)]
    assert actions(stack.info(only=["shop"])) == {"shop/db": "started", "shop/web": "none"}


def test_a_container_is_shown_although_a_dependency_fails(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run()
    (stack.folder / "file").touch()
    stack.resources["shop/config"] = {
        "type": "file",
        "target_path": str(stack.folder / "file/below"),
        "content": "",
    }
    stack.container("shop/web", depends_on=["shop/config"])
    found = {each.id: each.action for each in stack.info()}
    assert found == {"shop/config": "failed", "shop/web": "skipped"}
    assert containers(stack, "resource", "state") == [("shop/web", "running")]


def test_a_container_that_is_no_longer_in_the_stack(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.container("shop/old")
    stack.run()
    del stack.resources["shop/old"]
    stack.info()
    assert containers(stack, "resource", "name") == [("shop/old", "old"), ("shop/web", "web")]


def test_containers_of_others_are_not_shown(stack: StackOnEngine, tmp_path: Path) -> None:
    stack.container("shop/web")
    stack.run()
    other = StackOnEngine(stack.memory, tmp_path / "other", scope="blog", stack_id="id-2")
    other.container("blog/app")
    other.run()
    stack.info()
    assert containers(stack, "name") == [("web",)]


def test_a_container_of_another_stack_that_has_a_name_of_ours(
    stack: StackOnEngine, tmp_path: Path
) -> None:
    other = StackOnEngine(stack.memory, tmp_path / "other", scope="blog", stack_id="id-2")
    other.container("blog/web")
    other.run()
    stack.container("shop/web")
    (found,) = stack.info()
    assert found.action == "failed"
    assert containers(stack, "name") == []


def test_an_adopted_container_is_shown(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run()
    for box in stack.memory.boxes.values():
        labels = box.payload["Config"]["Labels"]
        for name in (label.SCOPE, label.STACK_ID, label.RESOURCE, label.SPEC):
            labels.pop(name, None)
    stack.run()
    del stack.resources["shop/web"]
    stack.container("shop/other")
    stack.info()
    assert containers(stack, "resource", "name") == [("shop/web", "web")]


def test_an_image_that_no_registry_has(stack: StackOnEngine) -> None:
    stack.container("shop/web", pull="never")
    for image in stack.memory.images.values():
        image["RepoDigests"] = []
    stack.run()
    stack.info()
    (image,) = stack.memory.images.values()
    assert containers(stack, "digest") == [(image["Id"],)]


def test_a_stop_by_a_user_is_noted(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run()
    stack.handle("stopped")
    stack.info()
    assert "shop/web was stopped by a user at" in stack.notes[0]
    stack.info()
    assert "shop/web was stopped by a user at" in stack.notes[0]


#: the resources of a run -> its recorded outcome, and how many resources changed
OUTCOMES: dict[str, tuple[list[str], str, int]] = {
    "converged": (["test -n x", "true"], "converged", 0),
    "changed": (["false", "true"], "changed", 1),
    "failed": (["false", "false"], "failed", 0),
}


def last_run(stack: StackOnEngine) -> Any:
    return stack.returned["last_run"]


@pytest.mark.parametrize("case", OUTCOMES)
def test_the_last_run(stack: StackOnEngine, case: str) -> None:
    (unless, command), outcome, changed = OUTCOMES[case]
    stack.resources["shop/it"] = {"type": "exec", "command": command, "unless": unless}
    stack.info()
    assert last_run(stack) is None
    stack.run(started_by="alice@laptop")
    stack.info()
    last = last_run(stack)
    assert (last["by"], last["outcome"], last["changed"]) == ("alice@laptop", outcome, changed)
    assert last["at"].endswith("+00:00")


def test_what_is_not_recorded(stack: StackOnEngine) -> None:
    stack.resources["shop/it"] = {"type": "exec", "command": "true"}
    stack.run(started_by="")
    stack.run(started_by="bob@laptop", check=True)
    stack.info()
    assert last_run(stack) is None


def test_the_record_is_small_and_private(stack: StackOnEngine) -> None:
    stack.resources["shop/it"] = {"type": "exec", "command": "true"}
    stack.run(started_by="a" * 100_000)
    (path,) = (stack.folder / "stack-last-run").iterdir()
    assert path.stat().st_size < 1000
    assert path.stat().st_mode & 0o777 == 0o600
    stack.run(started_by="bob@laptop")
    assert [each.name for each in (stack.folder / "stack-last-run").iterdir()] == [path.name]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        '{"at": 1, "by": "x", "outcome": "changed", "changed": 1}',
        '{"at": "x", "by": "x", "outcome": "bad", "changed": 1}',
        '{"at": "x", "by": "x", "outcome": "changed", "changed": -1}',
        '{"at": "x", "by": "x", "outcome": "changed", "changed": true}',
    ],
)
def test_a_damaged_record(content: str, tmp_path: Path) -> None:
    notes: list[str] = []
    folder = StateFolder(str(tmp_path), note=notes.append)
    path = tmp_path / LastRun.file("shop", "")
    path.parent.mkdir(mode=0o700)
    path.write_text(content)
    assert LastRun.load(folder, "shop") is None
    assert "it is not known who ran the stack last" in notes[0]


def test_a_damaged_record_is_only_reported(stack: StackOnEngine) -> None:
    """It is renamed by the next run."""
    path = stack.folder / LastRun.file("shop", "id-1")
    path.parent.mkdir(mode=0o700)
    path.write_text("{")
    stack.info()
    assert last_run(stack) is None
    assert [note for note in stack.notes if "who ran the stack last" in note]
    assert stack.files() == {LastRun.file("shop", "id-1")}


def test_a_record_is_of_one_stack(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path))
    last = LastRun("2026-01-02T03:04:05+00:00", "alice@laptop", "changed", 3)
    last.save(folder, "shop", "id-1")
    assert LastRun.load(folder, "renamed", "id-1") == last
    assert LastRun.load(folder, "shop") is None
    assert json.loads((tmp_path / LastRun.file("shop", "id-1")).read_text())["version"] == 1


def test_down_removes_the_record(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run(started_by="alice@laptop")
    stack.down()
    stack.info()
    assert last_run(stack) is None
