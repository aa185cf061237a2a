# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about the values of variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.printing import (
    printed,
)
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.template_checks import check_paths
from vigo_bridge.language.values import Scalar, Value, scalars

_OUR_ACTION = re.compile(r"\{\{[^}]*\.(Vars|Traits|Item|Each)\b")


def check_variables(variables: Mapping[str, Value], diagnostics: Diagnostics) -> None:
    """Warn about values that YAML does not parse as they look, and report invalid paths of
    secrets.
    """
    for name, value in variables.items():
        for scalar in scalars(value):
            _check(name, scalar, diagnostics)
            check_paths(scalar, diagnostics)


def _check(name: str, scalar: Scalar, diagnostics: Diagnostics) -> None:
    if scalar.data is not None and printed(scalar.data) != scalar.text:
        diagnostics.warning(
            "VB110",
            scalar.position,
            f"{name}: {scalar.text} is a {_kind(scalar)} and prints as {printed(scalar.data)}",
            f'write "{scalar.text}" in quotes to keep the text',
        )
    if isinstance(scalar.data, str) and (action := _OUR_ACTION.search(scalar.data)):
        diagnostics.warning(
            "VB304",
            scalar.position_of(action.start()),
            f"{name}: values of variables are data, so {{{{ }}}} in them is not rendered",
            "move the template to the resource",
        )


def _kind(scalar: Scalar) -> str:
    return "truth value" if isinstance(scalar.data, bool) else "number"
