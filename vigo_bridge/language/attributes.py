# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the attributes of resources against the collection's list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.comma_strings import NotText
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import CONVERGE
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.ansible_words import advice_for_attribute
from vigo_bridge.language.catalog import ATTRIBUTES
from vigo_bridge.language.diagnostics import (
    Diagnostics,
    did_you_mean,
    did_you_mean_or_known,
)
from vigo_bridge.language.reader import Reader, described, report_empty
from vigo_bridge.language.values import Fields, Items, Scalar, Value

#: The form of an integer.
INTEGER = re.compile(r"[-+]?[0-9]+")


def attribute_data(kind: str, name: str, value: Value) -> Any:
    """Return an attribute's value for the target. kind: the resource's type.

    Text is kept as written: a mode of 0644 is "0644".
    """
    expected = ATTRIBUTES[kind][name]["type"]
    if isinstance(value, Scalar):
        is_typed = isinstance(value.data, bool) or (expected == "int" and value.data is not None)
        is_text = expected == "str" or name in TYPES[kind].names_where("words")
        return value.data if is_typed and not is_text else value.text
    return _of_yaml(value) if expected == "dict" else _nested(value)


def _of_yaml(value: Value) -> Any:
    """Return data as YAML parses it, except for numbers that would be printed differently."""
    if isinstance(value, Items):
        return [_of_yaml(item) for item in value.items]
    if isinstance(value, Fields):
        return {key.text: _of_yaml(item) for key, item in value.entries}
    is_number = isinstance(value.data, (int, float)) and not isinstance(value.data, bool)
    return value.text if is_number and str(value.data) != value.text else value.data


def _nested(value: Value) -> Any:
    if isinstance(value, Items):
        return [_nested(item) for item in value.items]
    if isinstance(value, Fields):
        return {key.text: _nested(item) for key, item in value.entries}
    # `True` is also a Boolean, but as a text, such as a variable's, it must stay `True`.
    is_typed = value.data is None or value.text in ("true", "false")
    return value.data if is_typed else value.text


def check_attribute(kind: str, name: Scalar, value: Value, diagnostics: Diagnostics) -> None:
    """Report an unknown attribute, or an invalid value."""
    option = ATTRIBUTES[kind].get(name.text)
    if option is None:
        known = ATTRIBUTES[kind]
        diagnostics.error(
            "VB105",
            name.position,
            f"{kind} has no attribute {name.text!r}",
            advice_for_attribute(name.text)
            or TYPES[kind].advice(name.text)
            or _belongs_in_args(kind, name.text)
            or did_you_mean_or_known(name.text, known)
            or f"`ansible-doc {TYPES[kind].module or CONVERGE}` lists its attributes",
        )
    elif expectation := _unmet(option, value):
        diagnostics.error(
            "VB501",
            value.position,
            f"{name.text} must be {expectation}, not {described(value)}",
            TYPES[kind].advice(name.text, value.text)
            or did_you_mean(value.text, option.get("choices", ()))
            if isinstance(value, Scalar)
            else "",
        )
    elif option["type"] == "raw" and name.text not in TYPES[kind].names_where("deep"):
        _check_texts(kind, name.text, value, diagnostics)


def _belongs_in_args(kind: str, name: str) -> str:
    """Return advice for what may be an option of a module, or an empty text."""
    is_module = kind.count(".") > 1 and not did_you_mean(name, ATTRIBUTES[kind])
    return "write the options of a module in args" if is_module else ""


def _check_texts(kind: str, name: str, value: Value, diagnostics: Diagnostics) -> None:
    """Report lists and mappings in place of single texts: as items of a list, or as values of a
    mapping.
    """
    is_command = name in TYPES[kind].names_where("words")
    entries: list[tuple[Any, Value]] = []
    if isinstance(value, Items):
        entries = list(enumerate(value.items))
    elif isinstance(value, Fields):
        entries = [(key.text, item) for key, item in value.entries]
    for place, item in entries:
        is_missing = is_command and isinstance(item, Scalar) and item.data is None
        if is_missing or not isinstance(item, Scalar):
            error = NotText(item.data, (name, place))
            diagnostics.error("VB501", item.position, error.problem, error.advice)


def _unmet(option: Mapping[str, Any], value: Value) -> str:
    """Return the expected kind of value, or empty if the value is valid."""
    expected = option["type"]
    if expected == "dict":
        is_unset = isinstance(value, Scalar) and value.data is None
        return "" if is_unset or isinstance(value, Fields) else "a mapping"
    if not isinstance(value, Scalar):
        return {"str": "a text", "int": "an integer", "bool": "true or false"}.get(expected, "")
    if "{{" in value.text or value.data is None or value.text == "":
        return ""
    if expected == "bool" and value.text not in ("true", "false"):
        return "" if isinstance(value.data, bool) else "true or false"
    if expected == "int" and not INTEGER.fullmatch(value.text):
        return "an integer"
    choices = option.get("choices")
    if choices and value.text not in choices:
        return " or ".join(choices)
    return ""


def check_required(
    kind: str, attributes: Mapping[str, Value], reader: Reader, diagnostics: Diagnostics
) -> None:
    """Report required attributes that are missing or empty.

    reader: the resource's, which also knows keys without a value.
    """
    for name in _required(kind, attributes):
        value = attributes.get(name)
        if value is None and not reader.has(name):
            position = reader.fields.position
            diagnostics.error("VB106", position, f"{kind} has no {name!r}", f"add {name}:")
        elif is_unset(value):
            report_empty(name, value.position if value else reader.fields.position, diagnostics)


def _required(kind: str, attributes: Mapping[str, Value]) -> Iterator[str]:
    yield from (name for name, option in ATTRIBUTES[kind].items() if option.get("required"))
    state = attributes.get("state")
    may_be_absent = isinstance(state, Scalar) and (state.text == "absent" or "{{" in state.text)
    if not may_be_absent:
        yield from TYPES[kind].needed_unless_absent


def is_unset(value: Value | None) -> bool:
    """Return whether an attribute counts as not set: missing, null or an empty text."""
    return value is None or (isinstance(value, Scalar) and value.data in (None, ""))
