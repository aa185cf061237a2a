# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of ``mesh.yml``, for editors: built from the tables that its reader uses."""

from __future__ import annotations

from vigo_bridge.language.schema import DIALECT
from vigo_bridge.language.schema_parts import (
    FORM_DEFINITIONS,
    SCALAR,
    JsonSchema,
    cases,
    of_shape,
    or_null,
    reference,
)
from vigo_bridge.mesh.mesh_file import FILE, NODE_NAME, PATHS, WAYS

_PATH: JsonSchema = {**SCALAR, "pattern": "^/"}


def mesh_schema() -> JsonSchema:
    """Return the schema. `--mesh` also checks hosts, groups and traits."""
    whole = _with_paths(of_shape(FILE))
    nodes = {
        **whole["properties"]["nodes"],
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": f"^({NODE_NAME.pattern})$"},
        "additionalProperties": reference("node"),
    }
    return {
        "$schema": DIALECT,
        "title": "vigo-bridge: mesh.yml",
        **whole,
        "properties": {**whole["properties"], "nodes": nodes},
        "$defs": {
            **FORM_DEFINITIONS,
            "node": _node(),
            **{way: _with_paths(of_shape(shape)) for way, shape in WAYS.items()},
        },
    }


def _node() -> JsonSchema:
    """Return the schema of a node, whose keys depend on how it is reached."""
    tests = [
        ({"required": ["via"], "properties": {"via": {"const": way}}}, reference(way))
        for way in WAYS
    ]
    unknown = {"type": "object", "required": ["via"], "properties": {"via": {"enum": [*WAYS]}}}
    return cases(tests, unknown)


def _with_paths(mapping: JsonSchema) -> JsonSchema:
    """Return the schema of a mapping whose paths must be absolute."""
    properties = dict(mapping["properties"])
    for key in PATHS:
        if key in properties:
            path = or_null(_PATH) if "anyOf" in properties[key] else _PATH
            properties[key] = {"description": properties[key]["description"], **path}
    return {**mapping, "properties": properties}
