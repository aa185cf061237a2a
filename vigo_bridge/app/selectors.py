# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the hosts with resources that ``--only`` selects."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from vigo_bridge.failures import Refusal

if TYPE_CHECKING:
    from vigo_bridge.resolve.plan import Group, Plan


def hosts_of(plan: Plan, selectors: Sequence[str]) -> frozenset[str]:
    """Return the hosts with selected resources; all, without selectors.

    End the command if a selector matches no resource of any host.
    """
    # Imported here, as most commands need nothing but the option.
    from ansible_collections.vigo.bridge.plugins.module_utils.converge.selection import names
    from vigo_bridge.language.diagnostics import did_you_mean

    ids = [(group.hosts, _ids(group)) for group in plan.groups]
    everything = sorted({resource_id for _, members in ids for resource_id in members})
    for selector in selectors:
        if not any(names(selector, resource_id) for resource_id in everything):
            crates = {resource_id.partition("/")[0] for resource_id in everything}
            advice = did_you_mean(selector, [*crates, *everything])
            raise Refusal(
                f"--only {selector}: no host has a configcrate or resource with that name;"
                f" {advice or '`vigo-bridge config trace HOST` lists what a host gets'}"
            )
    return frozenset(
        host
        for hosts, members in ids
        if not selectors or any(names(one, member) for one in selectors for member in members)
        for host in hosts
    )


def selected(
    plan: Plan, patterns: Sequence[str], kinds: Container[str] | None = None
) -> tuple[str, ...]:
    """Return the IDs of the resources that patterns select, in the order of the plan.

    patterns: ``CRATE``, ``CRATE/NAME`` or globs of IDs; without any, all are selected. kinds: the
        types that the command supports; None: all. End the command when a pattern selects
    none.
    """
    # Imported here, as most commands need nothing but the option.
    from ansible_collections.vigo.bridge.plugins.module_utils.converge.selection import names
    from vigo_bridge.language.diagnostics import did_you_mean
    from vigo_bridge.resolve.globs import glob_matches

    types = {
        resource.id: resource.type
        for group in plan.groups
        for crate in group.crates
        for resource in crate.resources
    }

    def matches(pattern: str, resource_id: str) -> bool:
        return names(pattern, resource_id) or glob_matches(pattern, resource_id)

    for pattern in patterns:
        matching = [each for each in types if matches(pattern, each)]
        if not matching:
            crates = {resource_id.partition("/")[0] for resource_id in types}
            advice = did_you_mean(pattern, [*crates, *types])
            raise Refusal(
                f"{pattern or repr('')}: no host has a configcrate or resource with that name;"
                f" {advice or '`vigo-bridge config trace HOST` lists what a host gets'}"
            )
        if kinds is not None and not any(types[each] in kinds for each in matching):
            raise Refusal(
                f"{pattern}: {matching[0]} is a {types[matching[0]]}, not a container; choose a"
                " container, or a configcrate that has one"
            )
    return tuple(
        resource_id
        for resource_id, kind in types.items()
        if (kinds is None or kind in kinds)
        and (not patterns or any(matches(pattern, resource_id) for pattern in patterns))
    )


def _ids(group: Group) -> list[str]:
    return [resource.id for crate in group.crates for resource in crate.resources]
