# SPDX-License-Identifier: GPL-3.0-or-later
"""What one call passes to its resource types, its journal, its notes and its errors."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge import run
from ansible_collections.vigo.bridge.plugins.module_utils.converge.conditions import Conditions
from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    parse_crates,
    parse_resources,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.state.owners_file import OwnersFile
from ansible_collections.vigo.bridge.plugins.module_utils.state.ownership import Stack
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Call
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

TRUE = {"id": "a/it", "type": "exec", "command": "true"}


def called(folder: Path, *resources: dict[str, Any], **more: Any) -> list[Result]:
    check = more.pop("check", False)
    target = more.pop("target", Target(check))
    arguments = {"resources": resources, "state_dir": str(folder / "state"), **more}
    return converge(arguments, target)


@pytest.mark.parametrize("prune", [False, True])
def test_types_learn_of_the_call(
    prune: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what they return replaces a result of the same ID, or comes after all others."""
    seen: list[tuple[str, Call, Any, Target]] = []
    removed = Result("prune/x", "exec", "deleted")
    worse = Result("a/it", "exec", "failed")

    def start(_self: Exec, call: Call, target: Target) -> None:
        seen.append(("start", call, None, target))

    def finish(_self: Exec, call: Call, results: Sequence[Result], target: Target) -> list[Result]:
        seen.append(("finish", call, [result.id for result in results], target))
        return [removed, worse]

    monkeypatch.setattr(Exec, "start", start)
    monkeypatch.setattr(Exec, "finish", finish)
    target = Target()
    scope = {"scope": "shop", "stack_id": "id-1", "former_scopes": ["stacks"]}
    other = {**TRUE, "id": "a/other"}
    results = called(tmp_path, TRUE, other, **scope, prune=prune, target=target)
    call = seen[0][1]
    assert seen == [("start", call, None, target), ("finish", call, ["a/it", "a/other"], target)]
    assert call.stack == Stack("shop", "id-1", ("stacks",))
    assert isinstance(call.record, OwnersFile)
    assert (call.resources, call.wants_prune) == (frozenset({"a/it", "a/other"}), prune)
    assert [(result.id, result.action) for result in results] == [
        ("a/it", "failed"),
        ("a/other", "ran"),
        ("prune/x", "deleted"),
    ]


def test_all_mistakes_are_in_one_message(tmp_path: Path) -> None:
    resources = [
        {**TRUE, "depends_on": "redsi", "before": "it"},
        {**TRUE, "id": "a/redis", "notify": "nowhere"},
    ]
    with pytest.raises(ResourceError) as raised:
        called(tmp_path, *resources)
    no_resource = "which is not a resource or crate of this envoy"
    assert str(raised.value).split("\n") == [
        f"depends_on refers to 'redsi', {no_resource}; did you mean 'redis'?",
        "before refers to the resource itself; remove it",
        f"notify refers to 'nowhere', {no_resource}; correct the name, or include the crate that"
        " defines it",
    ]


def test_crates_of_a_call(tmp_path: Path) -> None:
    """Their resources come in the order of the crates, and see their variables."""
    entry = {"type": "exec", "name": "it", "command": "echo {{ .Vars.x }}"}
    crates = {
        "a": {"depends_on": "b", "vars": {"x": "1"}, "resources": [entry]},
        "b": {"vars": {"x": "2"}, "resources": [entry]},
    }
    results = called(tmp_path, crates=crates)
    assert [(result.id, result.output) for result in results] == [("b/it", "2\n"), ("a/it", "1\n")]


@pytest.mark.parametrize("check", [False, True])
def test_what_was_set_aside_is_noted(check: bool, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    owners = tmp_path / "state/owners.json"
    owners.write_text("[")
    called(tmp_path, TRUE, target=(target := Target(check)))
    becomes = "would be" if check else "was"
    assert [becomes in note and "owners.json is damaged" in note for note in target.notes] == [True]
    assert owners.exists() == check


def test_check_mode_leaves_no_state(tmp_path: Path) -> None:
    called(tmp_path, {**TRUE, "notify": "later"}, {**TRUE, "id": "a/later"}, check=True)
    assert list(tmp_path.iterdir()) == []


NEW_NAME = "if its folder was copied, set a different id in the copy"


def test_a_stack_with_a_new_name(tmp_path: Path) -> None:
    """It is noted, and nothing is pruned until then."""
    called(tmp_path, TRUE, scope="shop", stack_id="id-1")
    with pytest.raises(ResourceError) as raised:
        called(tmp_path, TRUE, scope="store", stack_id="id-1", prune=True)
    assert str(raised.value) == (
        "refusing to prune: on this host, the ID id-1 belongs to the stack 'shop'. Nothing was"
        " changed; if 'store' is its new name, run once without prune."
        f" {NEW_NAME[0].upper()}{NEW_NAME[1:]}"
    )
    for expected in (
        [f"on this host, the stack with the ID id-1 was named 'shop' until now; {NEW_NAME}"],
        [],
    ):
        called(tmp_path, TRUE, scope="store", stack_id="id-1", target=(target := Target()))
        assert target.notes == expected
    called(tmp_path, TRUE, scope="store", stack_id="id-1", prune=True)


def test_prune_without_a_chosen_name(tmp_path: Path) -> None:
    with pytest.raises(ResourceError) as raised:
        called(tmp_path, TRUE, prune=True)
    assert str(raised.value) == (
        "refusing to prune: the scope 'default' is a default, and another stack may have the same"
        " one. Nothing was changed; set a name in stack.vgo (scope in a playbook, stack_scope with"
        " the role)"
    )


#: types of resources, whether orphans are looked for -> the types that take part, in their order
TAKING_PART: list[tuple[list[str], bool, list[str]]] = [
    (["exec"], False, ["exec"]),
    (["exec", "file", "exec"], False, ["file", "exec"]),
    (["exec"], True, ["container", "exec"]),
]


@pytest.mark.parametrize(("kinds", "with_orphans", "expected"), TAKING_PART)
def test_types_that_take_part(kinds: list[str], with_orphans: bool, expected: list[str]) -> None:
    needed = {"exec": {"command": "a"}, "file": {"target_path": "/a"}}
    resources = parse_resources([{"type": kind, **needed[kind]} for kind in kinds])
    found = run._behaviours(resources, with_orphans)
    leaving = [name for name, kind in TYPES.items() if kind.leaves_orphans]
    wanted = {*expected, *(leaving if with_orphans else ())}
    assert list(found) == [name for name in TYPES if name in wanted]
    assert [each.type.name for each in found.values()] == list(found)


#: resources, crates, the traits that are collected
TRAITS: dict[str, tuple[dict[str, Any], dict[str, Any], set[str]]] = {
    "none": ({}, {}, set()),
    "a template": ({"stdin": "{{ .Traits.os.kernel }}"}, {}, {"os.kernel"}),
    "no template": ({"stdin": "{{ .Traits.os.kernel }}", "template": False}, {}, set()),
    "a condition": ({"when": "distro('debian')"}, {}, {"os.distro"}),
    "a condition of a crate": ({}, {"when": "distro('debian')"}, {"os.distro"}),
    "a condition, and what is no template": (
        {"when": "distro('debian')", "stdin": "{{ .Traits.os.kernel }}", "template": False},
        {},
        {"os.distro"},
    ),
    "a condition without traits": ({"when": "file_exists('/a')"}, {}, set()),
}


@pytest.mark.parametrize(("more", "crate", "expected"), TRAITS.values(), ids=TRAITS)
def test_traits_that_are_collected(
    more: dict[str, Any], crate: dict[str, Any], expected: set[str]
) -> None:
    resources = parse_resources([{**TRUE, **more}])
    assert run.traits_named(resources, parse_crates({"a": crate}).values()) == expected


#: what asking a condition raises, and the reason that is reported
ERRORS = {
    "an error": (ResourceError("no answer"), "failed", "no answer"),
    "of the system": (OSError(errno.ENOSPC, "x"), "blocked", "the disk is full; free some space"),
}


@pytest.mark.parametrize(("error", "action", "reason"), ERRORS.values(), ids=ERRORS)
def test_a_condition_that_cannot_be_asked(
    error: Exception, action: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_arguments: Any) -> Any:
        raise error

    monkeypatch.setattr(Conditions, "asked", asked)
    (result,) = called(tmp_path, TRUE)
    assert (result.id, result.action, result.reason) == ("a/it", action, reason)


@pytest.mark.parametrize(
    ("command", "reason"), [("true", "the journal is gone"), ("exit 3", "exit code 3")]
)
def test_a_trigger_that_cannot_be_removed(
    command: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resource has failed, then, with its own error where it has one."""

    def refuse(*_arguments: Any) -> None:
        raise ResourceError("the journal is gone")

    monkeypatch.setattr(Journal, "retract", refuse)
    monkeypatch.setattr(Journal, "remove_triggers", lambda *_: refuse())
    (result,) = called(tmp_path, {**TRUE, "command": command, "template": False})
    assert result.action == "failed"
    assert re.search(reason, result.reason)


def test_a_resource_that_acts_in_both_passes_has_one_result(tmp_path: Path) -> None:
    resources = [
        {**TRUE, "id": "a/first", "command": "echo x >> log", "cwd": str(tmp_path)},
        {**TRUE, "id": "b/second", "notify": "a/first"},
    ]
    first, _second = called(tmp_path, *resources)
    assert (tmp_path / "log").read_text() == "x\nx\n"
    assert first.action == "ran"
    assert first.reason.startswith("ran: ")
    assert first.reason.endswith("; triggered")


def test_a_failure_is_not_tried_again_in_the_closing_pass(tmp_path: Path) -> None:
    resources = [
        {**TRUE, "notify": "bad"},
        {**TRUE, "id": "a/bad", "command": "echo x >> log; exit 1", "cwd": str(tmp_path)},
    ]
    assert [result.action for result in called(tmp_path, *resources)] == ["ran", "failed"]
    assert (tmp_path / "log").read_text() == "x\n"
    state = StateFolder(str(tmp_path / "state"))
    assert Journal.load(state, "default").has_trigger("a/bad")


def test_what_is_left_out_says_so(tmp_path: Path) -> None:
    (_done, left) = called(tmp_path, TRUE, {**TRUE, "id": "b/it"}, only=["a"])
    assert (left.action, left.reason) == ("skipped", "not in `only`")
