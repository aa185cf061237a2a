# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the JSON Schema that is about resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import (
    Family,
    ResourceType,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import FAMILIES, TYPES
from vigo_bridge.language.attributes import INTEGER
from vigo_bridge.language.catalog import ATTRIBUTES, FORMER_NAMES
from vigo_bridge.language.schema_parts import (
    SCALAR,
    JsonSchema,
    by_name,
    has,
    of_shape,
    or_null,
    reference,
)
from vigo_bridge.language.shapes import RESOURCE

#: A text with a template may have any value; an empty one counts as not set.
_OPEN: JsonSchema = {"type": "string", "pattern": r"\{\{|^$"}
_GIVEN: JsonSchema = {"not": {"enum": [None, ""]}}


def resource_definitions() -> JsonSchema:
    """Return definitions by name: `resource`, `whole_resource` (complete without defaults),
    `attributes`.
    """
    kinds = {kind: kind for kind in ATTRIBUTES} | dict(FORMER_NAMES)
    families = {family.name: family for family in FAMILIES}
    every = [*ATTRIBUTES.values(), *(family.of(name).options for name, family in families.items())]
    names = sorted({name for options in every for name in options} - set(RESOURCE.keys))
    return {
        "resource": {
            "type": "object",
            **has("type"),
            "properties": {
                "type": {
                    "anyOf": [
                        {"enum": list(kinds)},
                        *(_named_like(family) for family in FAMILIES),
                    ]
                }
            },
            "allOf": [
                *(_when({"const": written}, reference(written)) for written in kinds),
                *(_when(_named_like(family), reference(name)) for name, family in families.items()),
            ],
        },
        "whole_resource": {
            "if": {"not": has("match")},
            "then": {
                "allOf": [
                    _when({"const": written}, _required(kind)) for written, kind in kinds.items()
                ]
            },
        },
        "attributes": {
            "type": "object",
            "properties": dict.fromkeys(names, True),
            "additionalProperties": False,
        },
        **{written: _resource(written, TYPES[kind]) for written, kind in kinds.items()},
        **{name: _resource(name, family.of(name)) for name, family in families.items()},
    }


def _when(name: JsonSchema, then: JsonSchema) -> JsonSchema:
    test = {**has("type"), "properties": {"type": name}}
    return {"if": test, "then": then}


def _named_like(family: Family) -> JsonSchema:
    return {"type": "string", "pattern": f"^(?:{family.pattern.pattern})$"}


def _resource(written: str, kind: ResourceType) -> JsonSchema:
    """Return the schema of a resource. written: the type, or an older name of it."""
    attributes = {name: _attribute(option) for name, option in kind.options.items()}
    free = {name: about for name, about in attributes.items() if name not in RESOURCE.keys}
    arm = {"type": "object", "properties": free, "additionalProperties": bool(kind.collects)}
    older = {
        key: {**attributes[name], "deprecated": True}
        for key, name in kind.former_attributes.items()
        if written in FORMER_NAMES
    }
    shape = of_shape(RESOURCE)
    keys = shape["properties"] | {"match": or_null(by_name(arm))}
    if not kind.has_template_switch:
        del keys["template"]
    return {
        **shape,
        "properties": {**keys, **attributes, **older},
        "additionalProperties": bool(kind.collects),
        "dependentRequired": {"case": ["match"], "match": ["case"]},
    }


def _attribute(option: Mapping[str, Any]) -> JsonSchema:
    """Return the schema of values that `check_attribute` accepts."""
    kind = option["type"]
    if kind == "bool":
        values = [{"type": "boolean"}, {"enum": ["true", "false"]}, _OPEN]
    elif kind == "int":
        integer = {"type": "string", "pattern": f"^({INTEGER.pattern})$"}
        values = [{"type": "integer"}, integer, _OPEN]
    elif "choices" in option:
        values = [{"enum": list(option["choices"])}, _OPEN]
    elif kind == "str":
        values = [SCALAR]
    elif kind == "dict":
        values = [{"type": "object"}]
    else:
        return {}
    return {"anyOf": [*values, {"type": "null"}]}


def _required(kind: str) -> JsonSchema:
    always = [
        name
        for name, option in ATTRIBUTES[kind].items()
        if option.get("required") and name != TYPES[kind].named_by
    ]
    unless_absent, named_by = TYPES[kind].needed_unless_absent, TYPES[kind].named_by
    absent = {"anyOf": [{"const": "absent"}, {"type": "string", "pattern": r"\{\{"}]}
    return {
        **_must_have(always),
        **({"anyOf": [_must_have([name]) for name in (named_by, "name")]} if named_by else {}),
        "if": {"not": {**has("state"), "properties": {"state": absent}}},
        "then": _must_have(unless_absent),
    }


def _must_have(names: Sequence[str]) -> JsonSchema:
    return {"required": list(names), "properties": dict.fromkeys(names, _GIVEN)}
