# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the options of resources that are modules of Ansible against the modules'
documentation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.attributes import is_unset
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean, one_of
from vigo_bridge.language.model import Resource, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.reader import described, report_empty
from vigo_bridge.language.values import Fields, Items, Scalar, Value

Options = Mapping[str, Mapping[str, Any]]

_BOOLEANS = frozenset(
    ["y", "yes", "on", "1", "true", "t", "1.0", "n", "no", "off", "0", "false", "f", "0.0"]
)
#: The collection that comes with Ansible.
_ALWAYS_THERE = "ansible.builtin."
#: Documented as an option, but part of the syntax of tasks.
_FREE_FORM = "free_form"


class ModuleFacts(Protocol):
    """The facts about a module; see ``vigo_bridge/ansible/module_documentation.py``."""

    @property
    def options(self) -> Options | None: ...
    @property
    def problem(self) -> str: ...
    @property
    def advice(self) -> str: ...


def check_modules(
    stack: Stack, facts_of: Callable[[str], ModuleFacts], diagnostics: Diagnostics
) -> None:
    """Report modules that cannot be resources, and options that a module does not have."""
    for crate in stack.configcrates.values():
        for resource in crate.resources:
            kind = TYPES[resource.type]
            for module in kind.modules:
                if kind.module_options or not module.startswith(_ALWAYS_THERE):
                    _check_resource(resource, kind.module_options, facts_of(module), diagnostics)


def _check_resource(
    resource: Resource, attribute: str, facts: ModuleFacts, diagnostics: Diagnostics
) -> None:
    """Check one resource. attribute: the attribute with the options of the module, or an empty
    string.
    """
    if facts.problem:
        diagnostics.error("VB505", resource.type_position, facts.problem, facts.advice)
        return
    if facts.options is None or not attribute:
        return
    for arm in resource.arms:
        given = arm.get(attribute)
        if given is None or isinstance(given, Fields):
            _check(resource.type, given, resource.position, facts.options, diagnostics)


def _check(
    what: str, given: Fields | None, place: Position, options: Options, diagnostics: Diagnostics
) -> None:
    """Check a mapping of options, at any level."""
    known = dict(_names(options))
    used: dict[str, Scalar] = {}
    for key, value in given.entries if given else ():
        name = known.get(key.text)
        if name is None:
            diagnostics.error(
                "VB105",
                key.position,
                f"{what} has no option {key.text!r}",
                did_you_mean(key.text, known) or one_of(sorted(known)),
            )
            continue
        if name in used:
            diagnostics.error(
                "VB103",
                key.position,
                f"{what}: {key.text!r} and {used[name].text!r} are the same option",
                "keep one of them",
            )
        used[name] = key
        if options[name].get("required") and isinstance(value, Scalar) and value.data is None:
            report_empty(key.text, key.position, diagnostics)
        _check_value(key.text, value, options[name], diagnostics)
    for name, option in options.items():
        if option.get("required") and name != _FREE_FORM and name not in used:
            diagnostics.error(
                "VB106", place, f"the option {name!r} of {what} is missing", f"add {name}:"
            )


def _names(options: Options) -> Iterator[tuple[str, str]]:
    """Yield each valid name, with its option."""
    for name, option in options.items():
        if name != _FREE_FORM:
            yield name, name
            for alias in option.get("aliases") or ():
                yield str(alias), name


def _check_value(
    name: str, value: Value, option: Mapping[str, Any], diagnostics: Diagnostics
) -> None:
    kind = option.get("type") or "str"
    if isinstance(value, Scalar) and (is_unset(value) or "{{" in value.text):
        return
    if kind == "list":
        items = value.items if isinstance(value, Items) else (value,)
        of_items = {**option, "type": option.get("elements") or "raw", "elements": None}
        if isinstance(value, Fields) and of_items["type"] != "dict":
            _report(name, "a list", value, diagnostics)
        elif not isinstance(value, Scalar) or "," not in value.text:
            for item in items:
                _check_value(name, item, of_items, diagnostics)
        return
    if expected := _unmet(kind, value):
        _report(name, expected, value, diagnostics)
        return
    choices = [
        str(choice).lower() if isinstance(choice, bool) else str(choice)
        for choice in option.get("choices") or ()
    ]
    if choices and kind != "bool" and isinstance(value, Scalar) and value.text not in choices:
        diagnostics.error(
            "VB501",
            value.position,
            f"{name} must be {' or '.join(choices)}, not {described(value)}",
            did_you_mean(value.text, choices),
        )
    suboptions = option.get("suboptions")
    if isinstance(suboptions, Mapping) and isinstance(value, Fields):
        _check(name, value, value.position, suboptions, diagnostics)


def _report(name: str, expected: str, value: Value, diagnostics: Diagnostics) -> None:
    diagnostics.error("VB501", value.position, f"{name} must be {expected}, not {described(value)}")


def _unmet(kind: str, value: Value) -> str:
    """Return the expected kind of value, as Ansible converts it; empty if the value is valid."""
    if kind == "dict":
        if isinstance(value, Fields):
            return ""
        is_text = isinstance(value, Scalar) and ("=" in value.text or _is_json(value.text))
        return "" if is_text else "a mapping"
    if not isinstance(value, Scalar):
        names = {"bool": "true or false", "int": "an integer", "float": "a number"}
        if kind in ("raw", "json", "jsonarg"):
            return ""
        return names.get(kind, "a string")
    if kind == "bool" and value.text.lower() not in _BOOLEANS:
        return "true or false"
    if kind in ("int", "float") and not _is_number(value.text, whole=kind == "int"):
        return "an integer" if kind == "int" else "a number"
    return ""


def _is_number(text: str, *, whole: bool) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return not whole or number.is_integer()


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
