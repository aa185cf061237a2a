# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that stand in crates."""

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

EXEC = {"type": "exec", "command": "true"}


def test_they_come_before_the_others_and_carry_their_crate() -> None:
    crates = {"a": {"resources": [{**EXEC, "name": "x"}, EXEC]}, "b": None, "c": {}}
    resources = parse_resources([{**EXEC, "id": "c/z"}], crates)
    assert [resource.id for resource in resources] == ["a/x", "a/exec:true", "c/z"]
    assert set(parse_crates(crates)) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"type": "exce"}, "type 'exce' is not one of"),
        ({**EXEC, "comand": "x"}, "resource a/exec:true: unknown attribute 'comand'"),
        ({"type": "exec"}, "resource a/exec:: command is missing"),
    ],
)
def test_what_is_wrong_with_one(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse_resources([], {"a": {"resources": [entry]}})
    assert message in str(raised.value)


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
