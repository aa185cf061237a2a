# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarting, stopping and starting a stack's containers, and pulling their images."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.images import normal
from tests.unit.module_utils.converge.stack_on_engine import StackOnEngine, actions


@pytest.fixture(params=["docker", "podman"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> StackOnEngine:
    memory = InMemoryEngine(podman=request.param == "podman")
    memory.have("redis:7-alpine")
    return StackOnEngine(memory, tmp_path)


GONE = "skipped: container web does not exist on this host"

#: how the container is -> what `restarted`, `started` and `stopped` do, and its status afterwards
STATES: dict[str, dict[str, tuple[str, str]]] = {
    "running": {
        "restarted": ("restarted", "running"),
        "started": ("none", "running"),
        "stopped": ("stopped", "exited"),
    },
    "exited": {
        "restarted": ("started", "running"),
        "started": ("started", "running"),
        "stopped": ("none", "exited"),
    },
    "paused": {
        "restarted": ("restarted", "running"),
        "started": ("started", "running"),
        "stopped": ("stopped", "exited"),
    },
    "removed": {
        "restarted": (GONE, ""),
        "started": (GONE, ""),
        "stopped": (GONE, ""),
    },
}
_MAKE = {"running": "start", "exited": "stop", "paused": "pause"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("state", ["restarted", "started", "stopped"])
@pytest.mark.parametrize("status", STATES)
def test_what_is_done(stack: StackOnEngine, status: str, state: str, check: bool) -> None:
    stack.container("shop/web")
    stack.run()
    if status == "removed":
        stack.memory.request("DELETE", "/containers/web?force=true", 1.0)
    else:
        stack.memory.request("POST", f"/containers/web/{_MAKE[status]}", 1.0)
    before = stack.states()
    action, after = STATES[status][state]
    assert actions(stack.handle(state, check=check)) == {"shop/web": action}
    assert stack.states() == (before if check or not after else {"web": after})


#: attributes of the container -> what each state does with it once it has run
NOT_STARTED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a one-shot, started": (
        {"expect": "exited", "command": "true"},
        "started",
        "skipped: it is expected to exit; only a run starts it",
    ),
    "a one-shot, restarted": (
        {"expect": "exited", "command": "true"},
        "restarted",
        "skipped: it is expected to exit; only a run starts it",
    ),
    "one that the stack has stopped": (
        {"state": "stopped"},
        "started",
        "skipped: the stack has it stopped (state: stopped)",
    ),
    "one that the stack removes": ({"state": "absent"}, "restarted", GONE),
}


@pytest.mark.parametrize(("attributes", "state", "done"), NOT_STARTED.values(), ids=NOT_STARTED)
def test_what_is_not_started(
    stack: StackOnEngine, attributes: dict[str, Any], state: str, done: str
) -> None:
    stack.container("shop/web", **attributes)
    stack.run()
    before = stack.states()
    assert actions(stack.handle(state)) == {"shop/web": done}
    assert stack.states() == before


def test_only_what_is_selected(stack: StackOnEngine) -> None:
    for name in ("shop/web", "shop/db", "cache/redis"):
        stack.container(name)
    stack.run()
    assert actions(stack.handle("stopped", only=["shop/web", "cache"])) == {
        "cache/redis": "stopped",
        "shop/web": "stopped",
    }
    assert stack.states() == {"web": "exited", "db": "running", "redis": "exited"}


def test_dependencies_come_first_and_stop_last(stack: StackOnEngine) -> None:
    """Resources between them count, even if these run nothing."""
    stack.container("shop/web", depends_on=["between"])
    stack.resources["shop/between"] = {
        "type": "exec",
        "command": "true",
        "depends_on": ["db"],
    }
    stack.container("shop/db")
    stack.run()
    assert list(actions(stack.handle("restarted"))) == ["shop/db", "shop/web"]
    assert list(actions(stack.handle("stopped"))) == ["shop/web", "shop/db"]
    assert list(actions(stack.handle("started"))) == ["shop/db", "shop/web"]


def test_what_depends_on_a_failure_is_not_restarted(stack: StackOnEngine) -> None:
    stack.container("shop/db", settle_time=1)
    stack.container("shop/web", depends_on=["db"])
    stack.container("shop/other")
    stack.run()
    box = stack.memory.box("db")
    assert box is not None
    box.payload["Config"]["Cmd"] = ["false"]
    done = stack.handle("restarted")
    assert {each.id: each.action for each in done} == {
        "shop/db": "failed",
        "shop/web": "skipped",
        "shop/other": "restarted",
    }
    assert done[1].failed_dependency == "shop/db"


def test_what_is_not_ours(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    body = {"Image": "redis:7-alpine", "HostConfig": {}, "Labels": {}}
    stack.memory.request("POST", "/containers/create?name=web", 1.0, body=body)
    stack.memory.request("POST", "/containers/web/start", 1.0)
    (done,) = stack.handle("stopped")
    assert done.reason == (
        "container web was not created by this stack, and no run has adopted it; use"
        " `vigo-bridge run` first"
    )
    assert stack.states() == {"web": "running"}
    stack.run()
    assert actions(stack.handle("stopped")) == {"shop/web": "stopped"}


def test_a_container_of_two_resources(stack: StackOnEngine) -> None:
    """Conditions say which one applies to a host; the container says which one did."""
    stack.container("shop/web", when="dir_exists('/')")
    stack.resources["shop/other"] = {**stack.resources["shop/web"], "when": "!dir_exists('/')"}
    stack.run()
    assert actions(stack.handle("restarted")) == {
        "shop/web": "restarted",
        "shop/other": "skipped: container web belongs to shop/web on this host",
    }


def test_what_belongs_to_another_stack(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    labels = {label.SCOPE: "other", label.STACK_ID: "id-2", label.RESOURCE: "x/web"}
    body = {"Image": "redis:7-alpine", "HostConfig": {}, "Labels": labels}
    stack.memory.request("POST", "/containers/create?name=web", 1.0, body=body)
    (done,) = stack.handle("restarted")
    assert done.failed
    assert "belongs to another stack, 'other'" in done.reason


def test_what_is_independent_stops_at_the_same_time(
    stack: StackOnEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may need its whole grace period. A dependency waits until its users have stopped."""
    stack.container("shop/db")
    stack.container("shop/one", depends_on=["db"])
    stack.container("shop/two", depends_on=["db"])
    stack.run()
    together = threading.Barrier(2, timeout=20)
    stop = Engine.stop

    def stopping(engine: Engine, container_id: str, *given: Any) -> None:
        if stack.memory.find(container_id).name == "db":
            assert stack.states() == {"db": "running", "one": "exited", "two": "exited"}
        else:
            together.wait()
        stop(engine, container_id, *given)

    monkeypatch.setattr(Engine, "stop", stopping)
    assert set(actions(stack.handle("stopped")).values()) == {"stopped"}


def test_followers_are_restarted_too(stack: StackOnEngine) -> None:
    """They keep the network of a process that has ended, otherwise."""
    stack.container("shop/web")
    stack.container("shop/side", network_mode="container:web", depends_on=["web"])
    stack.container("shop/idle", network_mode="container:web", state="stopped", depends_on=["web"])
    stack.run()
    before = stack.memory.find("side").runs
    assert actions(stack.handle("restarted", only=["shop/web"])) == {"shop/web": "restarted"}
    assert stack.memory.find("side").runs == before + 1
    assert stack.notes == ["container side shares the network of web, and was restarted with it"]
    assert stack.states() == {"web": "running", "side": "running", "idle": "created"}


def test_a_stop_is_remembered_until_a_run(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.container("shop/db")
    stack.run()
    stack.handle("stopped", only=["shop/web"])
    assert "stack-stops/id-1.json" in stack.files()
    assert actions(stack.run(check=True)) == {"shop/web": "started", "shop/db": "none"}
    (note,) = stack.notes
    assert note.startswith("shop/web was stopped by a user at 20")
    assert note.endswith("; it would be started again")
    assert actions(stack.run(only=["shop/db"]))["shop/db"] == "none"
    assert stack.notes == []
    assert actions(stack.run()) == {"shop/web": "started", "shop/db": "none"}
    (note,) = stack.notes
    assert note.endswith("; it was started again")
    assert "stack-stops/id-1.json" not in stack.files()
    assert actions(stack.run()) == {"shop/web": "none", "shop/db": "none"}
    assert stack.notes == []


def test_a_start_ends_what_a_stop_is_remembered_for(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run()
    stack.handle("stopped")
    assert actions(stack.handle("started")) == {"shop/web": "started"}
    assert "stack-stops/id-1.json" not in stack.files()


def test_nothing_is_remembered_in_check_mode(stack: StackOnEngine) -> None:
    stack.container("shop/web")
    stack.run()
    before = stack.files()
    stack.handle("stopped", check=True)
    assert stack.files() == before


def test_only_a_few_attributes_are_read(stack: StackOnEngine) -> None:
    """A container can be stopped even if its settings cannot be rendered."""
    stack.container("shop/web")
    stack.run()
    stack.container("shop/web", env={"A": "{{ .Vars.missing }}"}, memory="much")
    assert actions(stack.handle("stopped")) == {"shop/web": "stopped"}


def test_one_that_does_not_stay_healthy(stack: StackOnEngine) -> None:
    stack.container("shop/web", command="sh -c 'sleep 20; exit 3'")
    stack.run()
    (done,) = stack.handle("restarted", min_healthy_time=60.0)
    assert done.failed
    assert done.reason.startswith("container web did not stay healthy")


def test_a_wrong_graph_is_refused(stack: StackOnEngine) -> None:
    stack.container("shop/web", depends_on=["missing"])
    with pytest.raises(ResourceError, match="missing"):
        stack.handle("restarted")


def test_images_are_pulled_once(stack: StackOnEngine) -> None:
    stack.memory.offer("redis:7-alpine", "nginx:1")
    stack.container("shop/web", image="nginx:1")
    stack.container("shop/second", image="nginx:1")
    stack.container("shop/db")
    stack.container("shop/own", image="own:1", pull="never")
    stack.container("shop/gone", state="absent")
    assert actions(stack.handle("pulled")) == {
        "shop/web": "created",
        "shop/second": "none",
        "shop/db": "updated",
        "shop/own": "skipped: pull: never",
        "shop/gone": "skipped: state: absent",
    }
    assert stack.states() == {}
    assert set(actions(stack.handle("pulled")).values()) == {
        "none",
        "skipped: pull: never",
        "skipped: state: absent",
    }


def mounted(*images: str) -> dict[str, Any]:
    """Return the attributes of a container with these images mounted."""
    mounts = [
        {"type": "image", "source": each, "target": f"/{number}"}
        for number, each in enumerate(images)
    ]
    return {"volumes": [*mounts, "data:/data"]}


#: attributes of two containers; images that were pulled before and have not moved; those that have
#: -> the result of the first, and its reason; the other one has "none"
MOUNTED: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], list[str], str]] = {
    "one that is missing": (
        mounted("pages:1"),
        {},
        ["redis:7-alpine"],
        [],
        "created: image pages:1 was pulled",
    ),
    "one whose tag has moved": (
        mounted("pages:1"),
        {},
        ["redis:7-alpine"],
        ["pages:1"],
        "updated: image pages:1 has changed",
    ),
    "several": (
        mounted("pages:1", "more:1", "old:1"),
        {},
        ["redis:7-alpine"],
        ["old:1"],
        "created: images pages:1, more:1 were pulled; image old:1 has changed",
    ),
    "one that two containers mount": (
        mounted("pages:1"),
        {"mounts": [{"type": "image", "source": "pages:1", "target": "/a"}]},
        ["redis:7-alpine"],
        [],
        "created: image pages:1 was pulled",
    ),
    "the image of the container itself": (
        mounted("redis:7-alpine"),
        {},
        [],
        ["redis:7-alpine"],
        "updated: image redis:7-alpine has changed",
    ),
    "nothing new": (
        mounted("pages:1"),
        {},
        ["redis:7-alpine", "pages:1"],
        [],
        "none: images redis:7-alpine, pages:1 are current",
    ),
    "never": (
        {**mounted("pages:1"), "pull": "never"},
        {},
        ["redis:7-alpine"],
        [],
        "skipped: pull: never",
    ),
}


@pytest.mark.parametrize(
    ("web", "second", "current", "moved", "done"), MOUNTED.values(), ids=MOUNTED
)
def test_mounted_images_are_pulled(
    stack: StackOnEngine,
    web: dict[str, Any],
    second: dict[str, Any],
    current: list[str],
    moved: list[str],
    done: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = ["redis:7-alpine", "pages:1", "more:1", "old:1"]
    stack.memory.offer(*known)
    stack.memory.have(*moved)
    for name in current:
        stack.memory.images[normal(name)] = stack.memory.registry[normal(name)]
    stack.container("shop/web", **web)
    stack.container("shop/second", **second)
    pulls: list[str] = []
    stream = stack.memory.stream

    def counted(method: str, path: str, *given: Any, **named: Any) -> Any:
        pulls.append(path)
        return stream(method, path, *given, **named)

    monkeypatch.setattr(stack.memory, "stream", counted)
    first, other = stack.handle("pulled")
    assert (f"{first.action}: {first.reason}", other.action) == (done, "none")
    assert pulls
    assert len(pulls) == len(set(pulls))


def test_a_mounted_image_that_cannot_be_pulled(stack: StackOnEngine) -> None:
    """The other images of the container are pulled, and each error is reported."""
    stack.memory.offer("redis:7-alpine", "pages:1")
    stack.container("shop/web", **mounted("gone:1", "pages:1", "lost:1"))
    (done,) = stack.handle("pulled")
    assert done.action == "failed"
    assert all(name in done.reason for name in ("gone:1", "lost:1"))
    assert normal("pages:1") in stack.memory.images


def test_an_image_that_cannot_be_pulled(stack: StackOnEngine) -> None:
    stack.container("shop/web", image="missing:1")
    stack.container("shop/db", depends_on=["web"])
    stack.memory.offer("redis:7-alpine")
    done = {each.id: each.action for each in stack.handle("pulled")}
    assert done == {"shop/web": "failed", "shop/db": "updated"}


def test_images_in_check_mode(stack: StackOnEngine) -> None:
    stack.memory.offer("nginx:1")
    stack.container("shop/web", image="nginx:1")
    stack.container("shop/db")
    assert actions(stack.handle("pulled", check=True)) == {
        "shop/web": "created",
        "shop/db": "unknown",
    }
    stack.container("shop/db", **mounted("pages:1", "nginx:1"))
    (_, done) = stack.handle("pulled", check=True)
    assert (done.action, done.reason) == ("created", "images pages:1, nginx:1 were pulled")
    stack.memory.have("nginx:1", "pages:1")
    (_, done) = stack.handle("pulled", check=True)
    assert (done.action, done.reason) == (
        "unknown",
        "whether images redis:7-alpine, pages:1, nginx:1 are current is known only then",
    )


def test_a_run_that_pulls_everything(stack: StackOnEngine) -> None:
    """Containers whose image has another ID now are recreated, but for those that never pull."""
    stack.container("shop/web")
    stack.container("shop/own", image="own:1", pull="never")
    stack.memory.have("own:1")
    stack.run()
    stack.memory.offer("redis:7-alpine", "own:1")
    assert actions(stack.run()) == {"shop/web": "none", "shop/own": "none"}
    assert actions(stack.run(pull="always")) == {"shop/web": "recreated", "shop/own": "none"}
    assert actions(stack.run(pull="always")) == {"shop/web": "none", "shop/own": "none"}
