# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of .vgo files, for editors: built from the tables that the readers use.

A schema applies to one file at a time: it covers keys, shapes and choices. `config validate` also
checks names from other files, templates and conditions.
"""

from __future__ import annotations

from collections.abc import Mapping

from vigo_bridge.language.folder import Kind
from vigo_bridge.language.resource_schema import resource_definitions
from vigo_bridge.language.schema_parts import (
    FORM_DEFINITIONS,
    JsonSchema,
    all_keys,
    cases,
    has,
    of_shape,
    reference,
)
from vigo_bridge.language.shapes import (
    BUILD,
    COMMON,
    CONFIGCRATE,
    ENTRIES_FILE,
    ENTRY,
    ENVIRONMENT,
    ENVIRONMENTS_FILE,
    ROLE,
    ROLES_FILE,
    STACK,
    TASK,
    Shape,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SHAPES: Mapping[str, Shape] = {
    "role": ROLE,
    "roles_file": ROLES_FILE,
    "entry": ENTRY,
    "entries_file": ENTRIES_FILE,
    "common": COMMON,
    "environments": ENVIRONMENTS_FILE,
    "environment": ENVIRONMENT,
    "task": TASK,
    "build": BUILD,
    "stack": STACK,
}


def schema(kind: Kind | None = None) -> JsonSchema:
    """Return the schema of files of one kind, or of any .vgo file, recognized by its keys."""
    return {
        "$schema": DIALECT,
        "title": f"vigo-bridge: {kind} file" if kind else "vigo-bridge: .vgo file",
        "type": ["object", "null"],  # an empty file is allowed
        "if": {"type": "object", "minProperties": 1},
        "then": _file(kind) if kind else _any_file(),
        "$defs": {
            **FORM_DEFINITIONS,
            **resource_definitions(),
            "configcrate": _configcrate(),
            **{name: of_shape(shape) for name, shape in _SHAPES.items()},
        },
    }


def _configcrate() -> JsonSchema:
    """Return the schema of a configcrate. Without `defaults`, its resources are complete."""
    whole = {"properties": {"resources": {"items": reference("whole_resource")}}}
    return {**of_shape(CONFIGCRATE), "if": {"not": has("defaults")}, "then": whole}


def _file(kind: Kind) -> JsonSchema:
    if kind == "roles":
        return cases([(has("roles"), reference("roles_file"))], reference("role"))
    if kind == "envoys":
        lists = [(has(key), reference("entries_file")) for key in all_keys(ENTRIES_FILE)]
        return cases([*lists, (has("match"), reference("entry"))], reference("entries_file"))
    return reference(kind)


def _any_file() -> JsonSchema:
    """Return the schema of all kinds of files, each recognized by keys that only it has."""
    crates_alone = [key for key in all_keys(CONFIGCRATE) if key not in {*ROLE.keys, *TASK.keys}]
    list_of_roles = {"properties": {"roles": {"type": "array", "contains": {"type": "object"}}}}
    tests = [
        *((has(key), "environments") for key in all_keys(ENVIRONMENTS_FILE)),
        *((has(key), "entries_file") for key in all_keys(ENTRIES_FILE)),
        (has("match"), "entry"),
        *((has(key), "configcrate") for key in crates_alone),
        (has("command"), "task"),
        (has("context"), "build"),
        (has("id"), "stack"),
        (has("former_names"), "stack"),
        ({**has("roles"), **list_of_roles}, "roles_file"),
    ]
    named = {"anyOf": [reference("role"), reference("configcrate")]}
    return cases(
        [*((test, reference(name)) for test, name in tests), (has("name"), named)],
        reference("common"),
    )
