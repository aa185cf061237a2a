# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources in crates."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    docker_hosts,
    parse_crates,
    parse_resources,
    types_by_id,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import Crate
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES

EXEC = {"type": "exec", "command": "true"}


def test_they_come_before_the_others_and_carry_their_crate() -> None:
    crates = {"a": {"resources": [{**EXEC, "name": "x"}, EXEC]}, "b": None, "c": {}}
    resources = parse_resources([{**EXEC, "id": "c/z"}], crates)
    assert [resource.id for resource in resources] == ["a/x", "a/exec:true", "c/z"]
    assert set(parse_crates(crates)) == {"a", "b", "c"}


NOT_TEXT, QUOTED = "expected a string, not", "; write it as one quoted string"
#: a resource of crate a -> the whole message
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": "exce"}, f"resource a/exce:: type 'exce' is not one of {', '.join(TYPES)}"),
    (
        {**EXEC, "comand": "x"},
        "resource a/exec:true: unknown attribute 'comand'; did you mean 'command'?",
    ),
    (
        {"type": "file", "target_path": "/a", "zzzz": "x"},
        "resource a/file:/a: unknown attribute 'zzzz'; use one of"
        f" {', '.join(TYPES['file'].options)}",
    ),
    ({"type": "exec"}, "resource a/exec:: command is missing"),
    (
        {**EXEC, "name": {}, "id": {"a": 1}},
        f"resource {{'a': 1}}: id: {NOT_TEXT} a mapping{QUOTED}",
    ),
    ({**EXEC, "notify": {"a": 1}}, f"resource a/exec:true: notify: {NOT_TEXT} a mapping{QUOTED}"),
    ({**EXEC, "when": ["a"]}, f"resource a/exec:true: when: {NOT_TEXT} a list{QUOTED}"),
    ({**EXEC, "when": "os.distro =="}, "resource a/exec:true: when: "),
    (
        {"type": "exec", "command": {}},
        f"resource of type exec: command: {NOT_TEXT} a mapping{QUOTED}",
    ),
]


@pytest.mark.parametrize(("entry", "message"), WRONG)
def test_what_is_wrong_with_one(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse_resources([], {"a": {"resources": [entry]}})
    assert str(raised.value).startswith(message)


#: a resource of no crate -> how a message names it
LABELS: list[tuple[dict[str, Any], str]] = [
    ({"id": "c/i", "name": "n", "type": "exce"}, "c/i"),
    ({"name": "n", "type": "exce"}, "n"),
    ({"type": "exce"}, "{'type': 'exce'}"),
]


@pytest.mark.parametrize(("entry", "label"), LABELS)
def test_how_a_message_names_one(entry: dict[str, Any], label: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse_resources([entry])
    assert str(raised.value).startswith(f"resource {label}: type 'exce' is not one of ")


#: a crate -> the whole message
WRONG_CRATES: list[tuple[dict[str, Any], str]] = [
    ({"whn": "x"}, "crate a: unknown attribute 'whn'; did you mean 'when'?"),
    (
        {"zzzz": 1},
        "crate a: unknown attribute 'zzzz'; use one of depends_on, vars, when, resources",
    ),
    ({"depends_on": {"b": 1}}, f"crate a: depends_on: {NOT_TEXT} a mapping{QUOTED}"),
    ({"when": ["x"]}, f"crate a: when: {NOT_TEXT} a list{QUOTED}"),
]


@pytest.mark.parametrize(("entry", "message"), WRONG_CRATES)
def test_what_is_wrong_with_a_crate(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse_crates({"a": entry})
    assert str(raised.value).startswith(message)


def test_what_a_crate_says() -> None:
    written = {"depends_on": "b, c", "vars": {"x": 1}, "when": "distro('debian')"}
    crate = parse_crates({"a": written})["a"]
    assert crate.crate == Crate("a", ("b", "c"))
    assert crate.vars == {"x": 1}
    assert crate.condition is not None
    assert crate.condition.text == "distro('debian')"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"resources": [EXEC]}, []),
        ({"resources": [EXEC, {"type": "container"}]}, [""]),
        ({"resources": [{"type": "container", "docker_host": "ssh://a@b"}]}, ["ssh://a@b"]),
        ({"crates": {"a": {"resources": [{"type": "container"}]}, "b": None}}, [""]),
        ({"resources": None, "crates": None}, []),
        ({"resources": ["nonsense"]}, []),
    ],
)
def test_docker_hosts(arguments: dict[str, Any], expected: list[str]) -> None:
    assert docker_hosts(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, {}),
        ({"resources": None, "crates": None}, {}),
        ({"resources": [{"id": "c/a", "name": "b", "type": "exec"}]}, {"c/a": "exec"}),
        ({"resources": [{"name": 7, "type": "exec"}]}, {"7": "exec"}),
        ({"resources": [{"type": "file", "target_path": "/a"}]}, {"file:/a": "file"}),
        ({"resources": [{"type": "exec", "command": ["a", 1]}]}, {"exec:a 1": "exec"}),
        (
            {"crates": {"c": {"resources": [{"name": "a", "type": "exec"}]}, "d": None}},
            {"c/a": "exec"},
        ),
    ],
)
def test_types_by_id(arguments: dict[str, Any], expected: dict[str, str]) -> None:
    assert types_by_id(arguments) == expected
