# SPDX-License-Identifier: GPL-3.0-or-later
"""Types that are a module of Ansible: the module and its options for the attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped.authorized_keys import (
    AuthorizedKeys,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped.password import Password
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped.rows import ROWS
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.unit.module_utils.blame import attributes_at_fault, first_words
from tests.yaml_files import read_yaml

TABLE = read_yaml(Path(__file__).with_name("rows.yml"))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: str(case["given"]))
def test_module_and_options(case: dict[str, Any]) -> None:
    kind = TYPES[case["given"]["type"]]
    attributes = {name: value for name, value in case["given"].items() if name != "type"}
    if "error" in case:
        with pytest.raises(ResourceError) as raised:
            kind.parse(attributes)
        assert raised.value.message == case["error"]
        assert attributes_at_fault(raised.value) == first_words(raised.value)
        return
    spec: Any = kind.parse(attributes)
    assert (spec.module, spec.args) == (case["module"], case["args"])
    assert spec.module in kind.modules
    assert [described(part) for part in spec.after] == case.get("after", [])


def described(part: Any) -> str:
    """Return what is done after a module as the table has it."""
    if isinstance(part, Password):
        return f"password of {part.user}"
    if isinstance(part, AuthorizedKeys):
        return f"authorized_keys of {part.user}: {part.content}"
    return f"members of {part.group}: {' '.join(part.members)}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rows_name_their_own_attributes(row: Any) -> None:
    known = {one.name for one in row.attributes}
    used = {name for use in row.uses for name in (*use.where, *use.takes.values())}
    assert used <= known
    assert {row.key, *row.needed_unless_absent, *row.own} <= known
    assert not used & set(row.own)
    # The last use takes what is left, so that one always applies.
    assert not row.uses[-1].where


def test_every_row_is_in_the_table() -> None:
    assert {row.name for row in ROWS} == {case["given"]["type"] for case in TABLE}


def test_a_task_is_written_only_where_the_module_is_known() -> None:
    directory = TYPES["directory"].as_task
    path = {"target_path": "{{ folder }}"}
    assert directory(path) == (
        "ansible.builtin.file",
        {"path": "{{ folder }}", "mode": "0755", "recurse": False, "state": "directory"},
    )
    assert directory({**path, "state": "{{ state }}"}) is None


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        ("user", {"username": "deploy", "password": "x"}),
        ("user", {"username": "deploy", "authorized_keys": "x"}),
        ("group", {"group": "staff", "members": "x"}),
    ],
)
def test_what_a_module_cannot_do_is_no_task(type_: str, attributes: dict[str, str]) -> None:
    assert TYPES[type_].as_task(attributes) is None
    key = TYPES[type_].key
    task = TYPES[type_].as_task({key: attributes[key]})
    assert task
    assert task[0] in TYPES[type_].modules


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_missing_is_an_error(row: Any) -> None:
    """The checks of a stack also parse a part of a resource, the one without templates."""
    for name in [None, *(one.name for one in row.attributes if not one.required)]:
        with pytest.raises(ResourceError):
            TYPES[row.name].parse({} if name is None else {name: "x"})
