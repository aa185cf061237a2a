# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack's objects are removed from a machine, and nothing else."""

from __future__ import annotations

import contextlib
import pickle
import shutil
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay, Killed
from tests.unit.in_memory_engine.use import HOST
from tests.unit.module_utils.converge.stack_on_engine import StackOnEngine, actions

DATA = {"type": "volume", "volume": "data", "docker_host": HOST}
NET = {"type": "network", "network": "back", "docker_host": HOST}


@pytest.fixture(params=["docker", "podman"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> StackOnEngine:
    memory = InMemoryEngine(podman=request.param == "podman")
    memory.have("redis:7-alpine")
    folder = tmp_path / "state"
    return StackOnEngine(memory, folder)


def put(memory: InMemoryEngine, name: str, labels: dict[str, str], **body: Any) -> None:
    """Create and start a container as another tool would."""
    sent = {"Image": "redis:7-alpine", "HostConfig": {}, "Labels": labels, **body}
    memory.request("POST", f"/containers/create?name={name}", 1.0, body=sent)
    memory.request("POST", f"/containers/{name}/start", 1.0)


def whole(stack: StackOnEngine, folder: Path) -> None:
    """Have a stack with one of everything on the engine."""
    stack.resources["shop/net"] = NET
    stack.resources["shop/data"] = DATA
    stack.resources["shop/file"] = {
        "type": "file",
        "target_path": str(folder / "motd"),
        "content": "hello\n",
    }
    stack.container("shop/db", networks="back", volumes="data:/srv", depends_on=["file"])
    stack.container("shop/web", networks="front", depends_on=["db"])
    stack.run()


def test_a_whole_stack(stack: StackOnEngine, tmp_path: Path) -> None:
    whole(stack, tmp_path)
    expected = {
        "shop/web": "deleted",
        "shop/db": "deleted",
        "shop/net": "deleted",
        "prune/network/front": "deleted",
    }
    before = stack.files()
    assert actions(stack.down(check=True)) == expected
    assert stack.states() == {"db": "running", "web": "running"}
    assert stack.files() == before
    done = stack.down()
    assert actions(done) == expected
    assert list(actions(done))[:2] == ["shop/web", "shop/db"]
    assert stack.notes == [
        "volumes are kept, because of their data: data",
        "files that the stack has written are kept: 1",
    ]
    assert stack.states() == {}
    assert set(stack.memory.networks) == {"bridge"}
    assert stack.memory.volumes == {"data"}
    assert stack.files() == {"lock", "stack-files/id-1.json"}
    assert actions(stack.down()) == {}


def test_volumes_and_files_too(stack: StackOnEngine, tmp_path: Path) -> None:
    whole(stack, tmp_path)
    done = actions(stack.down(volumes=True, files=True))
    assert done["shop/data"] == "deleted"
    assert done["shop/file"] == "deleted"
    assert stack.notes == []
    assert stack.memory.volumes == set()
    assert not (tmp_path / "motd").exists()
    assert stack.files() == {"lock"}
    assert actions(stack.down(volumes=True, files=True)) == {}


def test_volumes_and_files_can_be_removed_later(stack: StackOnEngine, tmp_path: Path) -> None:
    whole(stack, tmp_path)
    stack.down()
    assert actions(stack.down(volumes=True, files=True)) == {
        "shop/data": "deleted",
        "shop/file": "deleted",
    }


#: what happened to the file -> the action of `down --files`, and whether it is there afterwards
FILES: dict[str, tuple[str, bool]] = {
    "nothing": ("deleted", False),
    "changed": ("skipped", True),
    "removed": ("none", False),
    "a link": ("skipped", True),
    "a folder": ("skipped", True),
}


@pytest.mark.parametrize(("case", "expected"), FILES.items(), ids=FILES)
def test_files(stack: StackOnEngine, tmp_path: Path, case: str, expected: tuple[str, bool]) -> None:
    path = tmp_path / "motd"
    stack.resources["shop/file"] = {
        "type": "file",
        "target_path": str(path),
        "content": "{{ .Vars.text }}",
    }
    stack.run(vars={"text": "first"})
    stack.run(vars={"text": "second"})
    if case == "changed":
        path.write_text("by a user")
    elif case != "nothing":
        path.unlink()
    if case == "a link":
        path.symlink_to("/etc/hostname")
    if case == "a folder":
        path.mkdir()
    action, stays = expected
    (done,) = stack.down(files=True, vars={"text": "third"})
    assert (done.id, done.action) == ("shop/file", action)
    assert (path.is_symlink() or path.exists()) == stays


def test_a_file_that_was_there_is_not_ours(stack: StackOnEngine, tmp_path: Path) -> None:
    path = tmp_path / "motd"
    path.write_text("hello\n")
    stack.resources["shop/file"] = {"type": "file", "target_path": str(path), "content": "hello\n"}
    stack.run()
    assert actions(stack.down(files=True)) == {}
    assert path.read_text() == "hello\n"


def test_a_file_that_the_stack_no_longer_has(stack: StackOnEngine, tmp_path: Path) -> None:
    path = tmp_path / "motd"
    stack.resources["shop/file"] = {"type": "file", "target_path": str(path), "content": "hello\n"}
    stack.run()
    stack.resources.clear()
    stack.run()
    assert actions(stack.down(files=True)) == {f"prune/file{path}": "deleted"}
    assert not path.exists()


#: labels of another container, beside the ones that an adopted one would have
OTHERS: dict[str, dict[str, str]] = {
    "no labels": {},
    "another stack": {label.SCOPE: "other", label.STACK_ID: "id-2", label.RESOURCE: "a/b"},
    "a stack of the same name without an ID": {label.SCOPE: "shop", label.RESOURCE: "shop/web"},
    "another stack with resources of the same names": {
        label.SCOPE: "other",
        label.RESOURCE: "shop/web",
    },
}


@pytest.mark.parametrize("labels", OTHERS.values(), ids=OTHERS)
def test_what_others_have_stays(stack: StackOnEngine, labels: dict[str, str]) -> None:
    stack.container("shop/web")
    stack.run()
    put(stack.memory, "other", labels)
    assert actions(stack.down(volumes=True, files=True)) == {"shop/web": "deleted"}
    assert stack.states() == {"other": "running"}


def test_a_container_of_an_image_with_our_labels(stack: StackOnEngine) -> None:
    """An image that was committed from a container passes its labels on."""
    ours = {label.SCOPE: "shop", label.STACK_ID: "id-1", label.RESOURCE: "shop/web"}
    stack.memory.have("committed:1", Labels=ours)
    put(stack.memory, "other", ours, Image="committed:1")
    assert actions(stack.down()) == {}
    assert stack.states() == {"other": "running"}


def test_a_namesake_is_refused(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    put(stack.memory, "other", {label.SCOPE: "shop", label.STACK_ID: "id-2", label.RESOURCE: "a/b"})
    (done,) = stack.down()
    assert done.failed
    assert "another stack named 'shop' is on this host" in done.reason
    assert stack.states() == {"other": "running"}


def test_what_others_use_stays(stack: StackOnEngine) -> None:
    stack.resources["shop/net"] = NET
    stack.resources["shop/data"] = DATA
    stack.run()
    mounts = [{"Type": "volume", "Source": "data", "Target": "/data", "ReadOnly": False}]
    put(
        stack.memory,
        "other",
        {},
        HostConfig={"NetworkMode": "back", "Mounts": mounts},
    )
    assert actions(stack.down(volumes=True)) == {
        "shop/net": "skipped: network back is still used by other",
        "shop/data": "skipped: volume data is still used by other",
    }
    assert "back" in stack.memory.networks
    assert stack.memory.volumes == {"data"} | stack.memory.anonymous


def test_volumes_that_only_containers_name(stack: StackOnEngine) -> None:
    """Those that existed before are not the stack's."""
    stack.memory.request("POST", "/volumes/create", 1.0, body={"Name": "theirs"})
    stack.container("shop/db", volumes="data:/srv,theirs:/theirs")
    stack.run()
    assert actions(stack.run(check=True)) == {"shop/db": "none"}
    assert stack.notes == []
    assert actions(stack.down(volumes=True)) == {
        "shop/db": "deleted",
        "prune/volume/data": "deleted",
    }
    assert stack.memory.volumes == {"theirs"}


def test_volumes_of_containers_that_are_replaced(stack: StackOnEngine) -> None:
    stack.container("shop/db", volumes="data:/srv")
    stack.run()
    stack.container("shop/db", volumes="data:/srv,more:/more")
    assert actions(stack.run()) == {"shop/db": "recreated"}
    assert set(actions(stack.down(volumes=True))) == {
        "shop/db",
        "prune/volume/data",
        "prune/volume/more",
    }


def test_adopted_containers_go_too(stack: StackOnEngine) -> None:
    put(stack.memory, "web", {})
    stack.container("shop/web")
    assert actions(stack.run()) == {"shop/web": "none"}
    assert actions(stack.down()) == {"shop/web": "deleted"}
    assert stack.states() == {}


def test_an_adopted_container_that_the_stack_no_longer_has(stack: StackOnEngine) -> None:
    put(stack.memory, "web", {})
    stack.container("shop/web")
    stack.run()
    stack.resources.clear()
    stack.container("shop/db")
    assert actions(stack.down()) == {"prune/web": "deleted"}


def test_anonymous_volumes_go_too(stack: StackOnEngine) -> None:
    stack.memory.have("redis:8-alpine")
    stack.container("shop/web")
    stack.run()
    stack.container("shop/web", image="redis:8-alpine")
    stack.run()  # The volume is carried over by its name.
    assert len(stack.memory.volumes) == 1
    stack.down()
    assert stack.memory.volumes == set()


def test_what_an_interrupted_replacement_left(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run()
    labels = {label.SCOPE: "shop", label.STACK_ID: "id-1", label.RESOURCE: "shop/web"}
    put(stack.memory, "web.vigo-new", labels)
    assert actions(stack.down()) == {"shop/web": "deleted", "prune/web.vigo-new": "deleted"}
    assert stack.states() == {}


def test_followers_are_removed_first(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.container("shop/side", network_mode="container:web")
    stack.run()
    stack.resources.clear()
    stack.container("shop/side", network_mode="container:web")
    assert list(actions(stack.down())) == ["shop/side", "prune/web"]


def test_a_stopped_and_a_paused_one(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.container("shop/db")
    stack.run()
    stack.memory.request("POST", "/containers/web/stop", 1.0)
    stack.memory.request("POST", "/containers/db/pause", 1.0)
    assert set(actions(stack.down()).values()) == {"deleted"}
    assert stack.states() == {}


@pytest.mark.parametrize("check", [False, True])
def test_a_stack_without_a_name_is_refused(stack: StackOnEngine, check: bool) -> None:
    stack.container("shop/web")
    stack.run()
    with pytest.raises(ResourceError, match="refusing to take the stack down: the scope 'shop'"):
        stack.down(scope_is_default=True, check=check)
    assert stack.states() == {"web": "running"}


def test_a_stack_with_a_new_name_is_refused(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run()
    with pytest.raises(ResourceError, match="is its new name, use `vigo-bridge run` first"):
        stack.down(scope="store")
    assert stack.states() == {"web": "running"}


def test_the_state_of_other_stacks_stays(stack: StackOnEngine, tmp_path: Path) -> None:
    other = StackOnEngine(stack.memory, stack.folder, scope="other", stack_id="id-2")
    put(stack.memory, "theirs", {})
    other.container("a/theirs")
    other.run()
    put(stack.memory, "web", {})
    stack.container("shop/web")
    stack.run()
    stack.down()
    assert stack.states() == {"theirs": "running"}
    assert actions(other.down()) == {"a/theirs": "deleted"}


@pytest.mark.parametrize("fault", ["kill before", "kill after", "cut before", "cut after"])
def test_it_can_be_repeated(tmp_path: Path, fault: str) -> None:
    """Wherever it is interrupted, the next call removes the rest, and nothing is forgotten."""
    machine = tmp_path / "machine"
    machine.mkdir()
    start = StackOnEngine(InMemoryEngine(), machine / "state")
    start.memory.have("redis:7-alpine")
    put(start.memory, "adopted", {})
    start.container("shop/adopted")
    whole(start, machine)
    machine.rename(tmp_path / "start")
    for number in count(1):
        shutil.copytree(tmp_path / "start", machine)
        stack = pickle.loads(pickle.dumps(start))
        memory = stack.memory
        way = FaultyWay(memory, fault, number)
        with contextlib.suppress(Killed):
            stack.down(volumes=True, files=True, way=way)
        stack.down(volumes=True, files=True)
        assert stack.states() == {}
        assert set(memory.networks) == {"bridge"}
        assert memory.volumes == set()
        assert not (machine / "motd").exists()
        assert stack.files() == {"lock"}
        if not way.met:
            break
        shutil.rmtree(machine)
    assert number > 15


def test_a_failure_keeps_the_state(stack: StackOnEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record of adopted containers must not be lost before they are removed."""
    put(stack.memory, "web", {})
    stack.container("shop/web")
    stack.run()
    request = stack.memory.request

    def refusing(method: str, path: str, *rest: Any, **named: Any) -> Any:
        if method == "DELETE":
            raise OSError("the connection was lost")
        return request(method, path, *rest, **named)

    monkeypatch.setattr(stack.memory, "request", refusing)
    (done,) = stack.down()
    assert done.failed
    monkeypatch.undo()
    assert actions(stack.down()) == {"shop/web": "deleted"}
