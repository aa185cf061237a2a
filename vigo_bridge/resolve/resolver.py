# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolves a stack and hosts to a plan, or checks a stack without hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics, has_errors
from vigo_bridge.language.model import MatchEntry, Stack
from vigo_bridge.resolve.duplicates import check_duplicates
from vigo_bridge.resolve.envoy import Envoy, planned_crates, resolve_envoy
from vigo_bridge.resolve.graph_checks import check_graph
from vigo_bridge.resolve.group_names import group_names
from vigo_bridge.resolve.inclusion import include
from vigo_bridge.resolve.matching import assign, check_globs, warn_of_unreachable
from vigo_bridge.resolve.names import check_names, warn_of_unused
from vigo_bridge.resolve.plan import Group, Plan, PlannedCrate
from vigo_bridge.resolve.secret_modes import warn_of_wide_modes
from vigo_bridge.resolve.spec_checks import check_rendered
from vigo_bridge.resolve.template_checks import check_uses
from vigo_bridge.resolve.usage import warn_of_different_defaults, warn_of_unused_variables

_NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


def resolve(
    stack: Stack,
    hosts: Sequence[str],
    settings: Mapping[str, Any] = _NO_SETTINGS,
) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """Return what each host gets, and all diagnostics, in reading order.

    settings: variables that override all others. Never raises, but a plan with errors must not be
        carried out.
    """
    diagnostics = Diagnostics()
    diagnostics.extend(stack.diagnostics)
    check_globs(stack.entries, diagnostics)
    check_names(stack, diagnostics)
    assignment = assign(stack.entries, hosts, diagnostics)
    groups = [
        _group(stack, entry, name, taken, settings, diagnostics)
        for entry, name, taken in zip(
            stack.entries, group_names(stack.entries), assignment.hosts, strict=True
        )
        if taken
    ]
    plan = Plan(stack.identity, tuple(groups), assignment.unmatched)
    return plan, diagnostics.sorted()


def check(stack: Stack, settings: Mapping[str, Any] = _NO_SETTINGS) -> tuple[Diagnostic, ...]:
    """Return all errors of a stack that do not depend on the hosts, in reading order."""
    diagnostics = Diagnostics()
    diagnostics.extend(stack.diagnostics)
    check_globs(stack.entries, diagnostics)
    check_names(stack, diagnostics)
    warn_of_unreachable(stack.entries, diagnostics)
    warn_of_unused(stack, diagnostics)
    envoys = [_checked(stack, entry, settings, diagnostics)[0] for entry in stack.entries]
    for envoy in envoys:
        warn_of_different_defaults(envoy, diagnostics)
    if not has_errors(stack.diagnostics):  # Files that could not be read may use any variable.
        warn_of_unused_variables(stack, envoys, settings, diagnostics)
    return diagnostics.sorted()


def _group(
    stack: Stack,
    entry: MatchEntry,
    name: str,
    hosts: tuple[str, ...],
    settings: Mapping[str, Any],
    diagnostics: Diagnostics,
) -> Group:
    envoy, crates = _checked(stack, entry, settings, diagnostics)
    return Group(
        name=name,
        match=entry.match,
        hosts=hosts,
        environment=entry.environment.text if entry.environment else None,
        roles=tuple(role.name for role in envoy.inclusion.roles),
        crates=crates,
        variables=tuple(envoy.namespace.variables.values()),
        position=entry.position,
    )


def _checked(
    stack: Stack, entry: MatchEntry, settings: Mapping[str, Any], diagnostics: Diagnostics
) -> tuple[Envoy, tuple[PlannedCrate, ...]]:
    """Return one entry, resolved, with its errors reported."""
    inclusion = include(stack, entry)
    envoy = resolve_envoy(inclusion, settings, diagnostics)
    crates = planned_crates(envoy, stack, diagnostics)
    check_duplicates(envoy, diagnostics)
    check_uses(envoy, stack, diagnostics)
    warn_of_wide_modes(envoy, stack, diagnostics)
    check_rendered(envoy, diagnostics)
    check_graph(envoy, stack, diagnostics)
    return envoy, crates
