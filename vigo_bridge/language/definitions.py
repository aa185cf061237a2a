# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the definitions of variables in a stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigo_bridge.language.model import Stack
from vigo_bridge.language.values import Value


def variable_mappings(stack: Stack) -> Iterator[Mapping[str, Value]]:
    """Yield every mapping of a stack that defines variables."""
    for crate in stack.configcrates.values():
        yield crate.vars
        yield from crate.environment_overrides.values()
    yield from (role.vars for role in stack.roles.values())
    yield from (entry.vars for entry in stack.entries)
    yield from (common.vars for common in stack.commons)
    yield from (environment.vars for environment in stack.environments)


def definitions(stack: Stack, name: str) -> list[Value]:
    """Return the values of a variable, one for each place that defines it."""
    return [found[name] for found in variable_mappings(stack) if name in found]
