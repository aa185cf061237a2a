# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of `when`."""

from __future__ import annotations

from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions import (
    when as conditions,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Configcrate, Resource
from vigo_bridge.language.templates import is_template
from vigo_bridge.language.values import Scalar


def check_conditions(crate: Configcrate, diagnostics: Diagnostics) -> None:
    """Report invalid conditions. Those with templates are checked when rendered."""
    if crate.when is not None and not is_template(crate.when.text):
        condition = check_condition(crate.when.text, crate.when, diagnostics)
        if condition is not None and condition.gated:
            diagnostics.error(
                "VB402",
                crate.when.position,
                "a configcrate cannot be triggered, so its 'when' cannot use 'changed'",
                "set 'when: changed' in its resources",
            )
    for resource in crate.resources:
        if resource.when is not None and not is_template(resource.when.text):
            check_condition(resource.when.text, resource.when, diagnostics)


def check_gates(crate: Configcrate, diagnostics: Diagnostics) -> None:
    """Report resources that would change something in each run, because they do not wait for a
    trigger.
    """
    for resource in crate.resources:
        if resource.references["subscribes"] or is_gated(resource):
            continue
        for name, values in TYPES[resource.type].only_when_triggered.items():
            for arm in resource.arms:
                value = arm.get(name)
                if isinstance(value, Scalar) and value.text in values:
                    diagnostics.error(
                        "VB404",
                        value.position,
                        f"{name} {value.text} would act on every run",
                        "add 'when: changed' and notify it, or add 'subscribes'",
                    )


def is_gated(resource: Resource) -> bool:
    """Return whether a resource is applied only when triggered, according to its file alone."""
    if resource.when is None:
        return False
    try:
        return conditions.parse(resource.when.text).gated
    except conditions.ConditionError:
        return is_template(resource.when.text)


def check_condition(
    text: str, written: Scalar, diagnostics: Diagnostics
) -> conditions.Condition | None:
    """Return the condition of a text that was written as this scalar."""
    try:
        return conditions.parse(text)
    except conditions.ConditionError as error:
        is_verbatim = text == written.text
        position = written.position_of(error.offset) if is_verbatim else written.position
        diagnostics.error("VB402", position, f"when: {error.problem}", error.advice)
        return None
