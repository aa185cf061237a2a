# SPDX-License-Identifier: GPL-3.0-or-later
"""Warns about triggers and dependencies that have no effect."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import build
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import (
    Crate,
    Node,
    References,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import NOTHING
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.instances import Instance


def warn_of_triggers(
    envoy: Envoy, nodes: Sequence[Node], crates: Sequence[Crate], diagnostics: Diagnostics
) -> None:
    """Warn about triggers without effect.

    nodes: those of the envoy's resources, in the same order, with valid references.
    """
    graph = build(nodes, crates)
    triggered = {target for targets in graph.triggers.values() for target in targets}
    references = References(nodes, crates)
    for instance, node in zip(envoy.instances, nodes, strict=True):
        _warn_of_idle(instance, triggered, diagnostics)
        _warn_of_gated(instance, node, references, diagnostics)


def _warn_of_idle(instance: Instance, triggered: set[str], diagnostics: Diagnostics) -> None:
    if instance.resource.reverts:
        return
    if instance.gated and instance.id not in triggered:
        diagnostics.warning(
            "VB403",
            instance.resource.position,
            f"{instance.id} waits for a trigger, but nothing triggers it: it never runs",
            "add 'notify' to another resource, or 'subscribes' to this one",
        )
    kind = TYPES[instance.resource.type]
    if kind.on_trigger == NOTHING and instance.id in triggered and not instance.gated:
        diagnostics.warning(
            "VB403",
            instance.resource.position,
            f"{instance.id} is triggered, but triggers have no effect on a {kind.name}",
            "to set their order, use 'depends_on'",
        )


def _warn_of_gated(
    instance: Instance, node: Node, references: References, diagnostics: Diagnostics
) -> None:
    if instance.gated:
        return
    for target in references.resolve_all(node, "depends_on"):
        if references.nodes[target].gated:
            written = instance.references["depends_on"][0].written
            diagnostics.warning(
                "VB403",
                written.position,
                f"{instance.id} depends on {target}, which runs only when triggered, after all"
                " others: the dependency has no effect",
                "depend on the resource that triggers it, or remove 'changed' from its 'when'",
            )
