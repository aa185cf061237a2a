# SPDX-License-Identifier: GPL-3.0-or-later
"""The largest and smallest values of attributes; the cases are in boundaries.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.unit.module_utils.blame import attributes_at_fault
from tests.yaml_files import read_yaml

TABLE = read_yaml(Path(__file__).with_name("boundaries.yml"))
#: What a resource of each type needs.
NEEDED: dict[str, dict[str, Any]] = {
    "container": {"container": "web", "image": "x"},
    "exec": {"command": "true"},
    "file": {"target_path": "/a"},
    "process": {"process": "web"},
    "git": {"path": "/a", "repo": "https://git.example.com/a"},
}
CASES = [
    pytest.param(row, value, kind == "accepted", id=f"{row['attribute']} {value}")
    for row in TABLE
    for kind in ("accepted", "refused")
    for value in row[kind]
]


@pytest.mark.parametrize(("row", "value", "is_accepted"), CASES)
def test_value(row: dict[str, Any], value: Any, is_accepted: bool) -> None:
    name = row["attribute"]
    given = {**NEEDED[row["type"]], **row.get("with", {}), name: value}
    if is_accepted:
        assert TYPES[row["type"]].parse(given)
        return
    with pytest.raises(ResourceError) as raised:
        TYPES[row["type"]].parse(given)
    assert attributes_at_fault(raised.value) == [name]
