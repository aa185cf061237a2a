# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of mesh.yml accepts all valid files, and rejects what a schema can detect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from tests.unit.docs.test_scale_page import FILES
from tests.unit.mesh.test_mesh_file import CASES
from vigo_bridge.cli import main
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.yaml_tree import parse
from vigo_bridge.mesh.mesh_file import FILE, PATHS, WAYS, read_mesh
from vigo_bridge.mesh.mesh_schema import mesh_schema

SCHEMA = Draft202012Validator(mesh_schema())
#: What a schema does not see: the same key twice, commands, globs and traits.
UNSEEN = (
    "duplicate key",
    "invalid command",
    "is not a host name or a glob",
    "invalid trait",
    "unknown trait",
)


def _data(text: str) -> Any:
    value = parse("mesh.yml", text.encode(), Diagnostics())
    return value.data if value is not None else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_cases_of_the_reader(case: dict[str, Any]) -> None:
    seen = [error for error in case["errors"] if not any(each in error for each in UNSEEN)]
    errors = [error.message for error in SCHEMA.iter_errors(_data(case["file"]))]
    assert bool(errors) == bool(seen), errors


@pytest.mark.parametrize("text", FILES)
def test_the_files_of_the_page(text: str) -> None:
    assert SCHEMA.is_valid(_data(text))


@pytest.mark.parametrize("way", WAYS)
def test_each_key_without_its_value_is_as_for_the_reader(way: str) -> None:
    required = {"via": way, "command": "x", "socket": "/x"}
    whole = {key: required[key] for (key,) in WAYS[way].required}
    for key in WAYS[way].keys:
        text = json.dumps({"nodes": {"a": {**whole, key: None}}})
        found = Diagnostics()
        assert (read_mesh("mesh.yml", text.encode(), found) is not None) == SCHEMA.is_valid(
            json.loads(text)
        ), (key, list(found))


def test_the_paths_are_keys() -> None:
    assert set(PATHS) <= {key for shape in (FILE, *WAYS.values()) for key in shape.keys}


def test_the_command() -> None:
    shown = json.loads(CliRunner().invoke(main, ["schema", "mesh"]).output)
    assert shown == mesh_schema()
    Draft202012Validator.check_schema(shown)
