# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of each part of a stack alone, after all files were read."""

from __future__ import annotations

from vigo_bridge.language.advice import advise
from vigo_bridge.language.build_checks import check_builds
from vigo_bridge.language.conditions import check_conditions, check_gates
from vigo_bridge.language.definitions import variable_mappings
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.specs import check_specs
from vigo_bridge.language.template_checks import check_templates
from vigo_bridge.language.variable_checks import check_variables


def check_parts(stack: Stack, diagnostics: Diagnostics) -> None:
    for crate in stack.configcrates.values():
        check_templates(crate, stack.templates, diagnostics)
        check_conditions(crate, diagnostics)
        check_gates(crate, diagnostics)
        check_specs(crate, diagnostics)
        advise(crate, diagnostics)
    for variables in variable_mappings(stack):
        check_variables(variables, diagnostics)
    check_builds(stack, diagnostics)
