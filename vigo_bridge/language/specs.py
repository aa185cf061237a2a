# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes read as the target will read them, so that a mistake shows before it is touched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.spec import is_path
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
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


def spec_problem(kind: str, attributes: Mapping[str, Any]) -> SpecProblem | None:
    """What the target would refuse about these attributes. All texts must be rendered."""
    given = {name: value for name, value in attributes.items() if value != ""}
    source = given.get(TYPES[kind].stack_file)
    if isinstance(source, str) and not is_path(source) and "content" not in given:
        given["content"] = given.pop(TYPES[kind].stack_file)  # checked elsewhere
    try:
        TYPES[kind].parse(given)
    except ResourceError as error:
        first = re.match(r"\w+", error.message)
        blamed = first[0] if first and first[0] in attributes else ""
        return SpecProblem(error.message, blamed)
    return None


def check_specs(crate: Configcrate, diagnostics: Diagnostics) -> None:
    """Reports what the target would refuse in resources without templates."""
    for resource in crate.resources:
        for arm in resource.arms:
            if not has_templates(arm):
                problem = spec_problem(resource.type, plain_data(resource, arm))
                if problem is not None:
                    position = blamed_position(problem, resource, arm)
                    if not diagnostics.has_error_in_line_of(position):
                        diagnostics.error("VB501", position, problem.message)


def has_templates(attributes: Mapping[str, Value]) -> bool:
    return any(
        is_template(scalar.text) for value in attributes.values() for scalar in scalars(value)
    )


def plain_data(resource: Resource, attributes: Mapping[str, Value]) -> dict[str, Any]:
    return {name: attribute_data(resource.type, name, value) for name, value in attributes.items()}


def blamed_position(
    problem: SpecProblem, resource: Resource, attributes: Mapping[str, Value]
) -> Position:
    value = attributes.get(problem.attribute)
    return value.position if value else resource.position
