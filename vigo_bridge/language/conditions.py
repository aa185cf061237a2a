# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of `when`."""

from __future__ import annotations

from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions import (
    when as conditions,
)
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Configcrate
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
