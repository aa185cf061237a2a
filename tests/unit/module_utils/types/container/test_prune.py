# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of an engine's containers a stack no longer names: a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Blocked
from ansible_collections.vigo.bridge.plugins.module_utils.state.owners_file import OwnersFile
from ansible_collections.vigo.bridge.plugins.module_utils.state.ownership import Claim, Stack
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Call
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.behaviour import Container
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.named import Named, named
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.owners import (
    Found,
    Owners,
    owners,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.prune import find_orphans
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

STACK = Stack("shop", "id-1", ("stacks",))
UNNAMED = Stack("shop")
ENGINE = "unix:///engine.sock"

#: The stack names a/web, whose container is `web`; a/job had no turn.
RESOURCES = {"a/web", "a/job"}
NAMED = {"a/web": "web"}


def labelled(scope: str, stack_id: str, resource: str) -> dict[str, str]:
    found = {label.SCOPE: scope, label.STACK_ID: stack_id, label.RESOURCE: resource}
    return {name: value for name, value in found.items() if value}


#: case -> stack, container's name, its labels, the stack and the resource of its record,
#: and whether it is an orphan
CASES: dict[str, tuple[Stack, str, dict[str, str], tuple[Stack, str] | None, bool]] = {
    "a resource that is gone": (STACK, "db", labelled("shop", "id-1", "a/db"), None, True),
    "the same of a renamed stack": (STACK, "db", labelled("old", "id-1", "a/db"), None, True),
    "another ID": (STACK, "db", labelled("shop", "id-2", "a/db"), None, False),
    "no ID": (STACK, "db", labelled("shop", "", "a/db"), None, False),
    "a former name": (STACK, "db", labelled("stacks", "", "a/db"), None, False),
    "no stack's": (STACK, "db", {}, None, False),
    "without a resource": (STACK, "db", labelled("shop", "id-1", ""), None, False),
    "its resource has another name now": (
        *(STACK, "site", labelled("shop", "id-1", "a/web"), None),
        True,
    ),
    "a resource without a turn": (STACK, "job", labelled("shop", "id-1", "a/job"), None, False),
    "a name in use": (STACK, "web", labelled("shop", "id-1", "a/gone"), None, False),
    "left of a replacement": (
        STACK,
        "db.vigo-failed",
        labelled("shop", "id-1", "a/db"),
        None,
        True,
    ),
    "of one that is in use": (STACK, "web.vigo-old", labelled("shop", "id-1", "a/db"), None, False),
    "the same, between the renames": (STACK, "WEB", labelled("shop", "id-1", "a/db"), None, False),
    "adopted": (STACK, "db", {}, (STACK, "a/db"), True),
    "adopted, in use": (STACK, "web", {}, (STACK, "a/web"), False),
    "adopted by another": (STACK, "db", {}, (Stack("other", "id-2"), "a/db"), False),
    "taken over": (STACK, "db", labelled("stacks", "", "a/db"), (STACK, "a/db"), True),
    "taken over by another": (
        *(STACK, "db", labelled("stacks", "", "a/db"), (Stack("other", "id-2"), "a/db")),
        False,
    ),
    "no ID, ours neither": (UNNAMED, "db", labelled("shop", "", "a/db"), None, True),
    "an ID, ours has none": (UNNAMED, "db", labelled("shop", "id-1", "a/db"), None, False),
    "another scope": (UNNAMED, "db", labelled("other", "", "a/db"), None, False),
}


@pytest.mark.parametrize(
    ("stack", "name", "labels", "recorded", "expected"), CASES.values(), ids=CASES
)
def test_orphans(
    stack: Stack,
    name: str,
    labels: dict[str, str],
    recorded: tuple[Stack, str] | None,
    expected: bool,
    tmp_path: Path,
) -> None:
    record = OwnersFile.load(StateFolder(str(tmp_path)))
    if recorded:
        record.put("containers", "1", *recorded, name, ENGINE)
    entry: dict[str, Any] = {"Id": "1", "Names": [f"/{name}"], "Labels": labels}
    whose = Owners(stack, record, frozenset(RESOURCES))
    found = find_orphans([entry], whose, RESOURCES, Named(names=dict(NAMED)))
    assert [orphan.name for orphan in found] == ([name] if expected else [])


def test_a_container_with_the_name_in_the_other_case(tmp_path: Path) -> None:
    """It is nothing of a replacement where the name has its container."""
    whose = Owners(STACK, OwnersFile.load(StateFolder(str(tmp_path))), frozenset(RESOURCES))
    entries = [
        {"Id": "1", "Names": ["/WEB"], "Labels": labelled("shop", "id-1", "a/db")},
        {"Id": "2", "Names": ["/web"], "Labels": labelled("shop", "id-1", "a/web")},
    ]
    found = find_orphans(entries, whose, RESOURCES, Named(names=dict(NAMED)))
    assert [orphan.name for orphan in found] == ["WEB"]


class GoneEngine:
    """An engine that stopped responding."""

    host = ENGINE

    def all_containers(self) -> list[dict[str, Any]]:
        raise Blocked("the engine does not answer; start it")

    def container(self, container_id: str) -> None:
        raise Blocked("the engine does not answer; start it")


def finish(
    stack: Stack, folder: Path, *, prune: bool, check_mode: bool, adopted: str = ""
) -> tuple[list[Result], list[str]]:
    """Return the results of a run whose engine is gone at its end, and its notes.

    adopted: the resource that has taken over a container.
    """
    notes: list[str] = []
    target = Target(check_mode)
    record = OwnersFile.load(StateFolder(str(folder)))
    call = Call(stack, record, frozenset(RESOURCES), prune)
    behaviour = Container()
    behaviour.start(call, target)
    engine: Any = GoneEngine()
    named(target).engines[ENGINE] = engine
    if adopted:
        owners(target).found.append(Found(engine, "1", "web", adopted, Claim.FREE))
    results = [Result(id, "container", "created") for id in sorted(RESOURCES)]
    others = behaviour.finish(call, results, target)
    notes += target.notes
    return others, notes


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_engine_that_is_gone_is_a_failure_of_pruning(tmp_path: Path, check_mode: bool) -> None:
    (failed,), _notes = finish(STACK, tmp_path, prune=True, check_mode=check_mode)
    assert (failed.id, failed.action) == (f"prune/{ENGINE}", "blocked")
    assert failed.reason == "the engine does not answer; start it"
    assert failed.error == {"message": failed.reason, "log": ""}


def test_a_plan_notes_that_it_cannot_list(tmp_path: Path) -> None:
    results, (note,) = finish(STACK, tmp_path, prune=False, check_mode=True)
    assert results == []
    assert note == (
        f"cannot list containers at {ENGINE} that are no longer in the stack: the engine does not"
        " answer; start it"
    )


@pytest.mark.parametrize("prune", [False, True])
def test_what_cannot_be_recorded_fails(tmp_path: Path, prune: bool) -> None:
    results, _notes = finish(STACK, tmp_path, prune=prune, check_mode=False, adopted="a/web")
    assert [(each.id, each.action) for each in results][:1] == [("a/web", "blocked")]
    assert len(results) == 1 + prune
