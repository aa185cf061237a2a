# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes read as the target will read them, so that a mistake shows before it is touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    ResourceError,
    SeveralErrors,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.spec import is_path
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.typed_attributes import typed
from vigo_bridge.language.attributes import attribute_data
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Configcrate, Resource
from vigo_bridge.language.position import Position
from vigo_bridge.language.templates import is_template
from vigo_bridge.language.values import Value, scalars


@dataclass(frozen=True)
class SpecProblem:
    """attribute: the one to blame, or empty."""

    message: str
    attribute: str


def spec_problems(kind: str, attributes: Mapping[str, Any]) -> list[SpecProblem]:
    """Return what the target would refuse about these attributes. All texts must be rendered."""
    given = {name: value for name, value in attributes.items() if value != ""}
    refused = _refused_alone(kind, given)
    given = {name: value for name, value in given.items() if name not in refused}
    source = given.get(TYPES[kind].stack_file)
    if isinstance(source, str) and not is_path(source) and "content" not in given:
        given["content"] = given.pop(TYPES[kind].stack_file)  # checked elsewhere
    found = [SpecProblem(message, name) for name, message in refused.items()]
    others = [_problem(error, attributes) for error in _errors_of(kind, given)]
    if refused:  # Without them, others may seem to be missing.
        others = [each for each in others if each.attribute in given]
    return found + others


def _refused_alone(kind: str, attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return why the target would refuse single attributes, by name."""
    found = {}
    for name, value in attributes.items():
        try:
            typed({name: value}, TYPES[kind].options, TYPES[kind].data)
        except ResourceError as error:
            found[name] = error.message
    return found


def _errors_of(kind: str, attributes: Mapping[str, Any]) -> tuple[ResourceError, ...]:
    try:
        TYPES[kind].parse(attributes)
    except SeveralErrors as several:
        return several.errors
    except ResourceError as error:
        return (error,)
    return ()


def _problem(error: ResourceError, attributes: Mapping[str, Any]) -> SpecProblem:
    first = re.match(r"\w+", error.message)
    return SpecProblem(error.message, first[0] if first and first[0] in attributes else "")


def check_specs(crate: Configcrate, diagnostics: Diagnostics) -> None:
    """Reports what the target would refuse in resources without templates."""
    for resource in crate.resources:
        for arm in resource.arms:
            if not has_templates(arm):
                problems = spec_problems(resource.type, plain_data(resource, arm))
                for problem, position in new_problems(problems, resource, arm, diagnostics):
                    diagnostics.error("VB501", position, problem.message)


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
    """Return the problems in lines without an error so far, each with its position."""
    placed = [(problem, blamed_position(problem, resource, attributes)) for problem in problems]
    return [each for each in placed if not diagnostics.has_error_in_line_of(each[1])]


def blamed_position(
    problem: SpecProblem, resource: Resource, attributes: Mapping[str, Value]
) -> Position:
    value = attributes.get(problem.attribute)
    return value.position if value else resource.position
