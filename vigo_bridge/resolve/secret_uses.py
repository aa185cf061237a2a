# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds which secrets a plan needs, and where the stack refers to them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import paths
from vigo_bridge.language.model import Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.secrets import secret_positions
from vigo_bridge.resolve.plan import Group, Plan
from vigo_bridge.resolve.variables import COMMAND_LINE


def secret_uses(plan: Plan, stack: Stack) -> dict[str, tuple[Position, ...]]:
    """Return each secret's path with all positions that refer to it, in alphabetical order."""
    planned = {crate.position for group in plan.groups for crate in group.crates}
    crates = [crate for crate in stack.configcrates.values() if crate.position in planned]
    named = secret_positions(stack, crates)
    used = {path for group in plan.groups for path in secrets_of(group)}
    return {path: named.get(path, (COMMAND_LINE,)) for path in sorted(used)}


def users_of_secrets(plan: Plan) -> tuple[str, ...]:
    """Return the hosts that get at least one secret."""
    return tuple(host for group in plan.groups if any(secrets_of(group)) for host in group.hosts)


def secrets_by_host(plan: Plan) -> dict[str, frozenset[str]]:
    """Return the paths of the secrets that the stack gives to each host."""
    return {host: frozenset(secrets_of(group)) for group in plan.groups for host in group.hosts}


def secrets_of(group: Group) -> Iterator[str]:
    """Yield the paths of a group's secrets; those that are used more than once, again."""
    for variable in group.variables:
        yield from paths(variable.value)
    for crate in group.crates:
        yield from paths(crate.vars)
        for resource in crate.resources:
            yield from paths(resource.attributes)
