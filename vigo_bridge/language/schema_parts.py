# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the JSON Schema: the values of each key of a shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vigo_bridge.language.names import NAME
from vigo_bridge.language.roles import FAMILY
from vigo_bridge.language.shapes import Form, Shape

JsonSchema = dict[str, Any]

#: A text is any scalar: the readers use the characters that were written.
SCALAR: JsonSchema = {"type": ["string", "number", "boolean"]}


def reference(name: str) -> JsonSchema:
    """Return a reference to the definition with this name."""
    return {"$ref": f"#/$defs/{name}"}


def or_null(value: JsonSchema) -> JsonSchema:
    """Return a schema that also permits null: a key without a value counts as not set."""
    return {"anyOf": [value, {"type": "null"}]}


def by_name(value: JsonSchema) -> JsonSchema:
    return {"type": "object", "additionalProperties": or_null(value)}


def has(key: str) -> JsonSchema:
    return {"required": [key]}


def cases(tests: Sequence[tuple[JsonSchema, JsonSchema]], otherwise: JsonSchema) -> JsonSchema:
    """Return a schema that applies the schema of the first test that is true."""
    for test, then in reversed(tests):
        otherwise = {"if": test, "then": then, "else": otherwise}
    return otherwise


#: Definitions to which the forms refer.
FORM_DEFINITIONS: JsonSchema = {
    "own_name": {**SCALAR, "pattern": f"^({NAME.pattern})$"},
    "scalar": SCALAR,
    "word": {**SCALAR, "pattern": r"\S"},
    "words": {"anyOf": [reference("word"), {"type": "array", "items": reference("word")}]},
}

_FORMS: Mapping[Form, JsonSchema] = {
    Form.OWN_NAME: reference("own_name"),
    Form.TEXT: reference("scalar"),
    Form.NAME: reference("scalar"),
    Form.NAMES: reference("words"),
    Form.TEXTS: reference("words"),
    Form.SWITCH: {"type": "boolean"},
    Form.VARIABLES: {"type": "object"},
    Form.ATTRIBUTES: reference("attributes"),
    Form.ATTRIBUTES_BY_NAME: by_name(reference("attributes")),
    Form.NAMES_BY_NAME: {
        **by_name(reference("words")),
        "propertyNames": {"pattern": f"^({FAMILY.pattern})$"},
    },
    Form.VARIABLES_BY_NAME: by_name({"type": "object"}),
    Form.ENVIRONMENTS_BY_NAME: by_name(reference("environment")),
    Form.RESOURCES: {"type": "array", "items": reference("resource")},
    Form.ROLES: {"type": "array", "items": reference("role")},
    Form.ENTRIES: {"type": "array", "items": reference("entry")},
}


def of_shape(shape: Shape) -> JsonSchema:
    """Return the schema of a mapping with the keys of a shape and no others."""
    groups = [_with_aliases(shape, group) for group in shape.required]
    sole = {group[0] for group in groups if len(group) == 1}
    properties: JsonSchema = {}
    for key in all_keys(shape):
        key_shape = shape.keys[shape.aliases.get(key, key)]
        value = _FORMS[key_shape.form]
        properties[key] = {
            "description": key_shape.about,
            **(value if key in sole else or_null(value)),
            **({"deprecated": True} if key in shape.aliases else {}),
        }
    properties |= {key: {"description": "Accepted and ignored."} for key in shape.ignored}
    properties |= {
        key: {"description": "Not supported.", "type": "null"} for key in shape.unsupported
    }
    required = [{"anyOf": [has(key) for key in group]} for group in groups]
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"allOf": required} if required else {}),
    }


def all_keys(shape: Shape) -> list[str]:
    """Return the keys of a shape, older ones too."""
    return [*shape.keys, *shape.aliases]


def _with_aliases(shape: Shape, group: Sequence[str]) -> list[str]:
    return [key for key in all_keys(shape) if shape.aliases.get(key, key) in group]
