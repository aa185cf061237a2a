# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses resources with templates as the target will, with the stack's own values.

The user's inventory may set other values, so a problem is an error only if it does not depend on
variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vigo_bridge.language.attributes import attribute_data
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.position import Position
from vigo_bridge.language.specs import SpecProblem, has_templates, new_problems, spec_problems
from vigo_bridge.language.values import Fields, Items, Scalar, Value
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.instances import Instance


class _Unknown(Exception):
    """A text that only the target can render, or that is invalid."""


def check_rendered(envoy: Envoy, diagnostics: Diagnostics) -> None:
    for instance in envoy.instances:
        if not instance.resource.template:
            continue
        for arm in instance.resource.arms:
            if has_templates(arm):
                _check(instance, arm, diagnostics)


def _check(instance: Instance, arm: Mapping[str, Value], diagnostics: Diagnostics) -> None:
    try:
        data = {name: _rendered(instance, name, value) for name, value in arm.items()}
    except _Unknown:
        return
    problems = spec_problems(instance.resource.type, data)
    for problem, position in new_problems(problems, instance.resource, arm, diagnostics):
        _report(problem, position, arm, diagnostics)


def _report(
    problem: SpecProblem,
    position: Position,
    arm: Mapping[str, Value],
    diagnostics: Diagnostics,
) -> None:
    blamed = arm.get(problem.attribute)
    if blamed is not None and not has_templates({problem.attribute: blamed}):
        diagnostics.error("VB501", position, problem.message, problem.advice)
    else:
        advice = "correct the variable, unless the inventory sets it"
        diagnostics.warning(
            "VB501",
            position,
            f"with the values in the stack, {problem.message}",
            f"{advice}: {problem.advice}" if problem.advice else advice,
        )


def _rendered(instance: Instance, name: str, value: Value) -> Any:
    """Return the attribute's data with all texts rendered. Raise _Unknown."""
    if isinstance(value, Scalar):
        text = instance.known.render_attribute(value, name)
        if text is None:
            raise _Unknown
        return attribute_data(instance.resource.type, name, value) if text == value.text else text
    if isinstance(value, Items):
        return [_rendered(instance, name, item) for item in value.items]
    assert isinstance(value, Fields)
    return {key.text: _rendered(instance, name, item) for key, item in value.entries}
