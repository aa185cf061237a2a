# SPDX-License-Identifier: GPL-3.0-or-later
"""The owners of containers on a real engine: containers of another stack are never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from tests.integration.container_scene import REDIS, Stack

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]

MINE, OTHER = "1" * 32, "2" * 32


@pytest.fixture
def stack(usual_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setenv("DOCKER_HOST", usual_engine.docker_host)
    stack = Stack(usual_engine, tmp_path)
    stack.identity["stack_id"] = MINE
    stack.have(REDIS)
    yield stack
    stack.close()


def of_another(stack: Stack, suffix: str, **labels: str) -> None:
    """Create a container with the labels of another stack; by default one of the same name."""
    given = {label.SCOPE: stack.name, label.STACK_ID: OTHER, label.RESOURCE: "crate/web", **labels}
    labels = {name: value for name, value in given.items() if value}
    stack.client.containers.run(
        REDIS, name=f"{stack.name}-{suffix}", detach=True, labels={**labels, label.SPEC: "{}"}
    )


def state(stack: Stack, suffix: str = "-web") -> tuple[str, str]:
    found = stack.inspect(suffix)
    return found["Id"], found["State"]["StartedAt"]


def leaves(stack: Stack) -> None:
    """Check that the container that the stack no longer names is listed and pruned."""
    name = f"{stack.name}-web"
    assert stack.converge(check=True)[1].orphans == [name]
    assert stack.converge(prune=True)[0][f"prune/{name}"] == "deleted"
    assert stack.names() == set()


def test_what_the_stack_made_under_a_former_name_goes_over(stack: Stack) -> None:
    web = stack.resource("web", network=f"{stack.name}-net")
    current, former = stack.identity, f"{stack.name}-former"
    stack.identity = {"scope": former}
    stack.converge(web)
    before = state(stack)
    stack.identity = {**current, "former_scopes": [former]}
    for check in (True, False):
        done, target = stack.converge(web, check=check)
        assert done == {}
        assert "is adopted without changes" in target.notes[0]
    assert stack.converge(web, check=True)[1].notes == []
    assert state(stack) == before
    assert stack.converge(prune=True)[0] == {
        f"prune/{stack.name}-web": "deleted",
        f"prune/network/{stack.name}-net": "deleted",
    }
    # The record drops what is gone.
    stack.converge(stack.resource("web"))
    record = json.loads((stack.folder / "owners.json").read_text())
    assert (record["containers"], record["networks"]) == ({}, {})


def test_adopted_ones_leave_with_their_resource(stack: Stack) -> None:
    web = stack.resource("web")
    stack.client.containers.run(REDIS, name=web["container"], detach=True)
    before = state(stack)
    assert stack.converge(web)[0] == {}
    assert state(stack) == before
    leaves(stack)


def test_one_that_was_made_again_by_hand_is_nobodys(stack: Stack) -> None:
    web = stack.resource("web")
    for _ in range(2):
        stack.client.containers.run(REDIS, name=web["container"], detach=True)
        stack.converge(web)
        stack.client.containers.get(web["container"]).remove(force=True)
    stack.client.containers.run(REDIS, name=web["container"], detach=True)
    assert stack.converge(check=True)[1].orphans == []
    assert stack.converge(prune=True)[0] == {}
    assert stack.names() == {"-web"}


def test_one_that_could_not_be_adopted_stays_foreign(stack: Stack) -> None:
    """Made with --rm, it cannot be replaced: it would vanish when it is stopped."""
    web = stack.resource("web", env={"A": "1"})
    stack.client.containers.run(REDIS, name=web["container"], detach=True, auto_remove=True)
    assert stack.converge(web)[0] == {"crate/web": "failed"}
    assert stack.converge(check=True)[1].orphans == []


def test_a_namesake_is_refused_before_anything_is_touched(stack: Stack) -> None:
    of_another(stack, "other")
    web = stack.resource("web")
    file = {"id": "a/file", "type": "file", "target_path": f"{stack.folder}/f", "content": "x"}
    for check in (True, False):
        with pytest.raises(ResourceError, match=rf"{stack.name}.*{OTHER}.*{MINE}"):
            stack.converge(file, web, check=check)
    assert not (stack.folder / "f").exists()
    assert stack.names() == {"-other"}
    stack.identity = {"scope": stack.name}
    with pytest.raises(ResourceError, match="this stack has no ID"):
        stack.converge(web)


#: the labels of a container that has the name of a resource's
FOREIGN = {
    "another stack": {label.SCOPE: "stack-of-others"},
    "another stack without an ID": {label.SCOPE: "stack-of-others", label.STACK_ID: ""},
    "another resource of a former name": {
        label.SCOPE: "former",
        label.STACK_ID: "",
        label.RESOURCE: "crate/other",
    },
}


@pytest.mark.parametrize("labels", FOREIGN.values(), ids=FOREIGN)
def test_containers_of_other_stacks_are_not_touched(stack: Stack, labels: dict[str, str]) -> None:
    stack.identity["former_scopes"] = ["former"]
    of_another(stack, "web", **labels)
    before = state(stack)
    for attributes in ({}, {"env": {"A": "1"}}, {"state": "stopped"}, {"state": "absent"}):
        for check in (True, False):
            done, _target = stack.converge(stack.resource("web", **attributes), check=check)
            assert done == {"crate/web": "failed"}
            assert "belongs to another stack" in stack.reasons["crate/web"]
            assert f"'{labels[label.SCOPE]}'" in stack.reasons["crate/web"]
    assert stack.converge(prune=True)[0] == {}
    assert state(stack) == before


@pytest.mark.parametrize("suffix", ["web.vigo-new", "web.vigo-failed"])
def test_leftovers_of_other_stacks_are_not_touched(stack: Stack, suffix: str) -> None:
    of_another(stack, suffix, **{label.SCOPE: "stack-of-others"})
    before = state(stack, f"-{suffix}")
    done, _target = stack.converge(stack.resource("web"))
    assert done == {"crate/web": "failed"}
    assert state(stack, f"-{suffix}") == before
    assert stack.names() == {f"-{suffix}"}


def test_a_follower_of_another_stack_blocks_the_replacement(stack: Stack) -> None:
    stack.converge(stack.resource("web"))
    before = state(stack)
    mine, stack.identity = stack.identity, {"scope": "stack-of-others", "stack_id": OTHER}
    shared = {"network_mode": f"container:{stack.name}-web", "command": "sleep 600"}
    follower = stack.resource("side", **shared)
    assert stack.converge(follower)[0] == {"crate/side": "created"}, stack.reasons
    theirs = state(stack, "-side")
    stack.identity = mine
    for check in (True, False):
        done, _target = stack.converge(stack.resource("web", env={"A": "1"}), check=check)
        assert done == {"crate/web": "failed"}
        assert "belongs to another stack" in stack.reasons["crate/web"]
    assert (state(stack), state(stack, "-side")) == (before, theirs)


def test_a_renamed_stack_keeps_what_it_has(stack: Stack) -> None:
    web = stack.resource("web")
    stack.converge(web)
    before = state(stack)
    stack.identity["scope"] = "renamed"
    with pytest.raises(ResourceError, match="run once without prune"):
        stack.converge(prune=True)
    assert stack.converge(web)[0] == {}
    assert state(stack) == before
    assert stack.converge(check=True)[1].orphans == [web["container"]]
    assert stack.converge(prune=True)[0] == {f"prune/{web['container']}": "deleted"}


def test_a_container_of_an_image_that_was_committed_is_nobodys(stack: Stack) -> None:
    """It has the labels of the container that the image was made of."""
    web = stack.resource("web")
    stack.converge(web)
    stack.client.containers.get(web["container"]).commit(stack.name)
    stack.client.containers.run(stack.name, name=f"{stack.name}-copy", detach=True)
    assert stack.converge(web, check=True)[1].orphans == []
    assert stack.converge(web, prune=True)[0] == {}
    assert stack.names() == {"-web", "-copy"}
