# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of each part of a stack alone, after all files were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigo_bridge.language.advice import advise
from vigo_bridge.language.conditions import check_conditions, check_gates
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.specs import check_specs
from vigo_bridge.language.template_checks import check_templates
from vigo_bridge.language.values import Value
from vigo_bridge.language.variable_checks import check_variables


def check_parts(stack: Stack, diagnostics: Diagnostics) -> None:
    for crate in stack.configcrates.values():
        check_templates(crate, stack.templates, diagnostics)
        check_conditions(crate, diagnostics)
        check_gates(crate, diagnostics)
        check_specs(crate, diagnostics)
        advise(crate, diagnostics)
    for variables in _variables(stack):
        check_variables(variables, diagnostics)


def _variables(stack: Stack) -> Iterator[Mapping[str, Value]]:
    for crate in stack.configcrates.values():
        yield crate.vars
        yield from crate.environment_overrides.values()
    yield from (role.vars for role in stack.roles.values())
    yield from (entry.vars for entry in stack.entries)
    yield from (common.vars for common in stack.commons)
    yield from (environment.vars for environment in stack.environments)
