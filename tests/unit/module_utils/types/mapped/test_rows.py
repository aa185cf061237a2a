# SPDX-License-Identifier: GPL-3.0-or-later
"""Types that are a module of Ansible: the module and its options for the attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped.rows import ROWS
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES

TABLE = yaml.safe_load(Path(__file__).with_name("rows.yml").read_text())


@pytest.mark.parametrize("case", TABLE, ids=lambda case: str(case["given"]))
def test_module_and_options(case: dict[str, Any]) -> None:
    kind = TYPES[case["given"]["type"]]
    attributes = {name: value for name, value in case["given"].items() if name != "type"}
    if "error" in case:
        with pytest.raises(ResourceError) as raised:
            kind.parse(attributes)
        assert raised.value.message == case["error"]
        return
    spec: Any = kind.parse(attributes)
    assert (spec.module, spec.args) == (case["module"], case["args"])
    assert spec.module in kind.modules


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rows_name_their_own_attributes(row: Any) -> None:
    known = {one.name for one in row.attributes}
    used = {name for use in row.uses for name in (*use.where, *use.takes.values())}
    assert used <= known
    assert {row.key, *row.needed_unless_absent} <= known
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
