# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses attributes as the target does, so that mistakes are reported before the target is
contacted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Key,
    Offset,
    ResourceError,
    errors_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.spec import is_path
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.typed_attributes import typed
from vigo_bridge.language.attributes import attribute_data
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Configcrate, Resource
from vigo_bridge.language.position import Position
from vigo_bridge.language.templates import is_template
from vigo_bridge.language.values import Fields, Items, Scalar, Value, scalars


@dataclass(frozen=True)
class SpecProblem:
    """place: the invalid attribute and the position in it, as in a `ResourceError`."""

    message: str
    advice: str
    place: tuple[Any, ...]

    @property
    def attribute(self) -> str:
        return str(self.place[0]) if self.place else ""


def spec_problems(kind: str, attributes: Mapping[str, Any]) -> list[SpecProblem]:
    """Return the reasons why the target would reject these attributes.

    All texts must be rendered.
    """
    given = {name: value for name, value in attributes.items() if value != ""}
    refused = _refused_alone(kind, given)
    given = {name: value for name, value in given.items() if name not in refused}
    file = TYPES[kind].stack_file
    if file and file.is_template:
        source = given.get(file.attribute)
        if isinstance(source, str) and not is_path(source) and file.text not in given:
            given[file.text] = given.pop(file.attribute)  # checked elsewhere
    elif file:
        given[file.data] = given.get(file.attribute)
    others = _refused_together(kind, given)
    if refused:  # Rejected attributes were left out, and may seem to be missing.
        others = [error for error in others if error.attribute in given]
    return [
        SpecProblem(error.problem, error.advice, error.place)
        for error in (*refused.values(), *others)
    ]


def _refused_alone(kind: str, attributes: Mapping[str, Any]) -> dict[str, ResourceError]:
    """Return, by name, the reason why the target would reject an attribute alone."""
    found = {}
    for name, value in attributes.items():
        try:
            typed({name: value}, TYPES[kind].options, TYPES[kind].data)
        except ResourceError as error:
            found[name] = error
    return found


def _refused_together(kind: str, attributes: Mapping[str, Any]) -> list[ResourceError]:
    try:
        TYPES[kind].parse(attributes)
    except ResourceError as error:
        return list(errors_of(error))
    return []


def check_specs(crate: Configcrate, diagnostics: Diagnostics) -> None:
    """Report attributes that the target would reject for all values of variables."""
    for resource in crate.resources:
        for arm in resource.arms:
            for part in _plain_parts(resource.type, arm):
                problems = spec_problems(resource.type, plain_data(resource, part))
                if part is not arm:  # Attributes may seem to be missing if some are left out.
                    problems = [each for each in problems if each.attribute in part]
                for problem, position in new_problems(problems, resource, part, diagnostics):
                    diagnostics.error("VB501", position, problem.message, problem.advice)


def _plain_parts(kind: str, arm: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    """Yield the attributes without templates: all together, or the plain items of each list."""
    if not has_templates(arm):
        yield arm
        return
    commands = TYPES[kind].names_where("words")
    for name, value in arm.items():
        if isinstance(value, Items) and name not in commands:
            plain = tuple(item for item in value.items if not has_templates({name: item}))
            if plain:
                yield {name: Items(plain, value.position)}


def has_templates(attributes: Mapping[str, Value]) -> bool:
    return any(
        is_template(scalar.text) for value in attributes.values() for scalar in scalars(value)
    )


def plain_data(resource: Resource, attributes: Mapping[str, Value]) -> dict[str, Any]:
    return {name: attribute_data(resource.type, name, value) for name, value in attributes.items()}


def new_problems(
    problems: Iterable[SpecProblem],
    resource: Resource,
    attributes: Mapping[str, Value],
    diagnostics: Diagnostics,
) -> list[tuple[SpecProblem, Position]]:
    """Return the problems in lines that have no error yet, each with its position."""
    placed = [(problem, blamed_position(problem, resource, attributes)) for problem in problems]
    return [each for each in placed if not diagnostics.has_error_in_line_of(each[1])]


def blamed_position(
    problem: SpecProblem, resource: Resource, attributes: Mapping[str, Value]
) -> Position:
    value = attributes.get(problem.attribute)
    return _position_in(value, problem.place[1:]) if value else resource.position


def _position_in(value: Value, place: Iterable[Any]) -> Position:
    """Return the position of a part of a value in the file, as precisely as possible."""
    for part in place:
        inner: Value | None = None
        if isinstance(value, Items) and isinstance(part, int) and part < len(value.items):
            inner = value.items[part]
        elif isinstance(value, Items):  # Entries of the form NAME=VALUE.
            inner = next((each for each in scalars(value) if _name(each) == part), None)
        elif isinstance(value, Fields):
            entry = next((entry for entry in value.entries if entry[0].text == part), None)
            inner = entry and entry[not isinstance(part, Key)]
        elif isinstance(value, Scalar):
            offset = part if isinstance(part, Offset) else _offset_of(str(part), value.text)
            return value.position if is_template(value.text) else value.position_of(offset)
        if inner is None:
            break
        value = inner
    return value.position


def _name(entry: Scalar) -> str:
    return entry.text.partition("=")[0].strip()


def _offset_of(name: str, text: str) -> int:
    """Return the offset of `NAME=VALUE` in a text with commas; 0 if it is not in the text."""
    found = re.search(rf"(?:^|,)\s*({re.escape(name)})\s*=", text)
    return found.start(1) if found else 0
