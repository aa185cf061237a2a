# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose containers and networks are, and what of them a stack records, on an engine in memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.state.owners_file import OwnersFile
from ansible_collections.vigo.bridge.plugins.module_utils.state.ownership import NameConflict, Stack
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.behaviour import Container
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.named import named
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.owners import (
    Owners,
    is_proven,
    owners,
    record_found,
    refuse_name_conflicts,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import HOST, in_use

STACK = Stack("shop", "id-1", ("stacks",))
WEB = spec.parse({"container": "web", "image": "redis:7-alpine", "resource": "a/web"})
FORMER = {label.SCOPE: "stacks", label.RESOURCE: "a/web"}


def an_engine(labels: dict[str, str]) -> tuple[InMemoryEngine, Engine]:
    """Return an engine with the container `web`, which has these labels."""
    memory = InMemoryEngine()
    memory.have("redis:7-alpine")
    body = {"Image": "redis:7-alpine", "HostConfig": {}, "Labels": labels}
    memory.request("POST", "/containers/create?name=web", 1.0, body=body)
    with in_use(memory):
        return memory, Engine(HOST)


def record_of(folder: Path) -> OwnersFile:
    return OwnersFile.load(StateFolder(str(folder)))


def a_call(folder: Path, engine: Engine, check: bool = False) -> tuple[Target, OwnersFile]:
    record, target = record_of(folder), Target(check)
    target.service("owners", lambda: Owners(STACK, record, frozenset({"a/web"})))
    named(target).engines[HOST] = engine
    return target, record


def recorded(
    folder: Path,
    labels: dict[str, str],
    action: str = "none",
    check: bool = False,
    renamed: bool = False,
) -> tuple[bool, list[str]]:
    """Return whether the stack has the container by its record, and the remarks of the run."""
    memory, engine = an_engine(labels)
    target, record = a_call(folder, engine, check)
    wanted = spec.parse({**vars_of(WEB), "resource": "a/web"})
    owners(target).note_found(engine, wanted, engine.container("web"), target)
    box = memory.box("web")
    assert box is not None
    if renamed:
        box.name = "other"
    record_found(target, named(target), [Result("a/web", "container", action)])
    assert record_of(folder).entries("containers", HOST) == record.entries("containers", HOST)
    return record.owner("containers", box.id) is not None, target.notes


def vars_of(wanted: spec.ContainerSpec) -> dict[str, Any]:
    return {"container": wanted.name, "image": wanted.image}


#: case -> labels, the action of its resource, a check, renamed meanwhile; whether it is recorded
RECORDED: dict[str, tuple[dict[str, str], str, bool, bool, bool]] = {
    "of no stack": ({}, "none", False, False, True),
    "its resource failed": ({}, "failed", False, False, False),
    "a plan": ({}, "none", True, False, False),
    "renamed meanwhile": ({}, "none", False, True, False),
    "of a former name": (FORMER, "none", False, False, True),
    "labelled": (
        {**FORMER, label.SCOPE: "shop", label.STACK_ID: "id-1"},
        *("none", False, False, False),
    ),
}


#: case -> labels, attributes of its resource, whether the stack adopts it
ADOPTED: dict[str, tuple[dict[str, str], dict[str, Any], bool]] = {
    "of no stack": ({}, {}, True),
    "of a former name": (FORMER, {}, True),
    "of this stack": ({**FORMER, label.SCOPE: "shop", label.STACK_ID: "id-1"}, {}, False),
    "to be removed": ({}, {"state": "absent"}, False),
}


@pytest.mark.parametrize(("labels", "attributes", "expected"), ADOPTED.values(), ids=ADOPTED)
@pytest.mark.parametrize("check", [False, True], ids=["run", "plan"])
def test_what_is_adopted(
    labels: dict[str, str],
    attributes: dict[str, str],
    expected: bool,
    check: bool,
    tmp_path: Path,
) -> None:
    memory, engine = an_engine(labels)
    target, _record = a_call(tmp_path, engine, check)
    where = {"docker_host": engine.host, "state": "stopped", "resource": "a/web"}
    wanted = {**vars_of(WEB), **where, **attributes}
    with in_use(memory):
        result = apply_resource("a/web", Container(), lambda: wanted, target)
    assert not result.failed
    assert result.adopted is expected


@pytest.mark.parametrize(
    ("labels", "action", "check", "renamed", "expected"), RECORDED.values(), ids=RECORDED
)
def test_what_is_recorded(
    labels: dict[str, str], action: str, check: bool, renamed: bool, expected: bool, tmp_path: Path
) -> None:
    found, notes = recorded(tmp_path, labels, action, check, renamed)
    assert found is expected
    assert len(notes) == (labels == FORMER)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({label.NETWORK: "stacks"}, True),
        ({label.NETWORK: "stacks", label.STACK_ID: "id-2"}, False),
        ({label.NETWORK: "other"}, False),
        ({}, False),
    ],
)
@pytest.mark.parametrize("wanted", [True, False])
def test_networks_of_a_former_name(
    labels: dict[str, str], expected: bool, wanted: bool, tmp_path: Path
) -> None:
    """They are recorded with the container that uses them."""
    memory, engine = an_engine(FORMER)
    memory.request("POST", "/networks/create", 1.0, body={"Name": "net", "Labels": labels})
    target, record = a_call(tmp_path, engine)
    named(target).networks.update({"net"} if wanted else set())
    owners(target).note_found(engine, WEB, engine.container("web"), target)
    record_found(target, named(target), [Result("a/web", "container", "none")])
    found = record.owner("networks", memory.networks["net"]["Id"]) is not None
    assert found is (expected and wanted)


#: case -> the stack of a container's labels, the name that the record has for its ID, and whether
#: it is another stack of this name
NAMESAKES: dict[str, tuple[tuple[str, str], str, bool]] = {
    "ours": (("shop", "id-1"), "", False),
    "another name": (("other", "id-2"), "", False),
    "another ID": (("shop", "id-2"), "", True),
    "another ID, of the same name by the record": (("shop", "id-2"), "shop", True),
    "renamed since": (("shop", "id-2"), "other", False),
}


@pytest.mark.parametrize(("owner", "name", "expected"), NAMESAKES.values(), ids=NAMESAKES)
def test_namesakes(owner: tuple[str, str], name: str, expected: bool, tmp_path: Path) -> None:
    scope, stack_id = owner
    labels = {label.SCOPE: scope, label.STACK_ID: stack_id, label.RESOURCE: "b/web"}
    _memory, engine = an_engine(labels)
    record = record_of(tmp_path)
    if name:
        record.take_over(Stack(name, stack_id), lambda former: None)
    whose = Owners(STACK, record, frozenset({"a/web"}))
    if expected:
        with pytest.raises(NameConflict):
            refuse_name_conflicts(engine, whose, engine.all_containers)
    else:
        refuse_name_conflicts(engine, whose, engine.all_containers)


#: case -> the labels of a container, and whether another stack has it
FOREIGN: dict[str, tuple[dict[str, str], bool]] = {
    "of no stack": ({}, False),
    "ours": ({label.SCOPE: "shop", label.STACK_ID: "id-1", label.RESOURCE: "a/gone"}, False),
    "of a former name": (FORMER, False),
    "of a former name, and of a resource that is gone": (
        {**FORMER, label.RESOURCE: "a/gone"},
        True,
    ),
    "another ID": ({**FORMER, label.SCOPE: "shop", label.STACK_ID: "id-2"}, True),
    "another name": ({**FORMER, label.SCOPE: "other"}, True),
}


@pytest.mark.parametrize(("labels", "expected"), FOREIGN.values(), ids=FOREIGN)
def test_foreign(labels: dict[str, str], expected: bool, tmp_path: Path) -> None:
    _memory, engine = an_engine(labels)
    container = engine.container("web")
    assert container is not None
    whose = Owners(STACK, record_of(tmp_path), frozenset({"a/web"}))
    assert whose.is_foreign(container) is expected
    if expected:
        with pytest.raises(ResourceError, match="container web"):
            whose.refuse_foreign(container)
    else:
        whose.refuse_foreign(container)


#: whether the record has the container, its ID, the labels of its image -> whether it is certain
PROVEN: list[tuple[bool, str, dict[str, str] | None, bool]] = [
    (False, "c1", {}, True),
    (False, "c1", None, True),
    (False, "c1", {label.RESOURCE: "a/web"}, False),
    (False, "gone", {}, False),
    (True, "c1", {label.RESOURCE: "a/web"}, True),
    (True, "gone", {}, False),
]


@pytest.mark.parametrize(("is_recorded", "number", "labels", "expected"), PROVEN)
def test_whether_its_labels_are_its_own(
    is_recorded: bool, number: str, labels: dict[str, str] | None, expected: bool, tmp_path: Path
) -> None:
    """An image that was committed from a container passes its labels on."""
    record = record_of(tmp_path)
    if is_recorded:
        record.put("containers", "c1", STACK, "a/web", "web", HOST)
    config = {} if labels is None else {"Labels": labels}
    images = {"i1": SimpleNamespace(config=config)}
    containers = {"c1": SimpleNamespace(image_id="i1")}
    engine = cast(Any, SimpleNamespace(container=containers.get, image=images.get))
    for known in (Owners(STACK, record), *([] if is_recorded else [Owners()])):
        assert is_proven(engine, number, known) is expected
    if not is_recorded and number == "c1":
        images.clear()
        assert is_proven(engine, number, Owners(STACK, record))
