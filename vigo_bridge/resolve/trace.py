# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces one host: what it gets, where that is defined, and which matches and values were not
used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import build
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import MatchEntry, Role, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.resolve.envoy import Envoy, resolve_envoy
from vigo_bridge.resolve.graph import Drawing, crates_of, draw, nodes_of
from vigo_bridge.resolve.inclusion import include
from vigo_bridge.resolve.matching import matches
from vigo_bridge.resolve.plan import Plan, PlannedCrate, PlannedResource
from vigo_bridge.resolve.secret_uses import secret_uses
from vigo_bridge.resolve.variable_sources import TracedVariable, traced_variables

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class TracedResource:
    """number: its position in the graph's order, from 1. needs, triggers: IDs.

    gated: whether it acts only when triggered.
    """

    number: int
    planned: PlannedResource
    needs: tuple[str, ...]
    triggers: tuple[str, ...]
    gated: bool


@dataclass(frozen=True)
class Trace:
    """How one host is resolved.

    other_matches: later entries that also match. secrets: by path, the positions of the references.
    """

    host: str
    entry: MatchEntry
    other_matches: tuple[MatchEntry, ...]
    roles: tuple[Role, ...]
    crates: tuple[PlannedCrate, ...]
    variables: tuple[TracedVariable, ...]
    resources: tuple[TracedResource, ...]
    secrets: Mapping[str, tuple[Position, ...]]
    drawing: Drawing


def trace(
    stack: Stack,
    plan: Plan,
    settings: Mapping[str, Any] = _NOTHING,
    users: Mapping[str, Any] = _NOTHING,
    reserved: Mapping[str, Any] = _NOTHING,
) -> Trace:
    """Return the trace of the one host of a plan without errors.

    settings: of `--set`. users: the variables that the Ansible user set for this host. reserved:
        those
    with names that Ansible reserves, which are not used.
    """
    group = plan.groups[0]
    host = group.hosts[0]
    entry, *other_matches = (entry for entry in stack.entries if matches(entry, host))
    discarded = Diagnostics()  # already reported with the plan
    envoy = resolve_envoy(include(stack, entry), settings, discarded)
    return Trace(
        host=host,
        entry=entry,
        other_matches=tuple(other_matches),
        roles=envoy.inclusion.roles,
        crates=group.crates,
        variables=tuple(traced_variables(envoy, settings, users, reserved)),
        resources=tuple(_resources(envoy, stack, group.crates)),
        secrets=secret_uses(plan, stack),
        drawing=draw(nodes_of(envoy), crates_of(envoy, stack)),
    )


def _resources(
    envoy: Envoy, stack: Stack, crates: tuple[PlannedCrate, ...]
) -> Iterator[TracedResource]:
    graph = build(nodes_of(envoy), crates_of(envoy, stack))
    planned = {resource.id: resource for crate in crates for resource in crate.resources}
    for number, resource in enumerate(graph.order, start=1):
        yield TracedResource(
            number,
            planned[resource],
            graph.needs.get(resource, ()),
            graph.triggers.get(resource, ()),
            resource in graph.gated,
        )
