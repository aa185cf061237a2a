# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports problems of an envoy's resource graph at the position in the stack that causes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import GraphError, build
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import (
    Crate,
    Node,
    Problem,
)
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import REFERENCES, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.resolve.absences import absences_of
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.graph import crates_of, nodes_of
from vigo_bridge.resolve.instances import Instance
from vigo_bridge.resolve.trigger_checks import warn_of_triggers


def check_graph(envoy: Envoy, stack: Stack, diagnostics: Diagnostics) -> None:
    """Report wrong references, cycles, and triggers without effect."""
    nodes, crates = nodes_of(envoy), crates_of(envoy, stack)
    problems = _problems(nodes, crates)
    if not problems:
        warn_of_triggers(envoy, nodes, crates, diagnostics)
        return
    absences = absences_of(stack, envoy.inclusion)
    known = {name for node in nodes for name in (node.id, node.name)}
    known |= {crate.name.partition("[")[0] for crate in crates}
    for problem in problems:
        if problem.value in known or not absences.allow_reference(problem.value):
            _report(problem, envoy, diagnostics)
    # The graph detects cycles only if all references are valid.
    for problem in _problems(*_without(problems, nodes, crates)):
        _report(problem, envoy, diagnostics)


def _problems(nodes: Sequence[Node], crates: Sequence[Crate]) -> tuple[Problem, ...]:
    try:
        build(nodes, crates)
    except GraphError as error:
        return error.problems
    return ()


def _without(
    problems: Sequence[Problem], nodes: Sequence[Node], crates: Sequence[Crate]
) -> tuple[list[Node], list[Crate]]:
    """Return the same graph without invalid references and without duplicate IDs."""
    bad = {(problem.where, problem.attribute, problem.value) for problem in problems}

    def kept(owner: Node | Crate, where: str, attribute: str) -> tuple[str, ...]:
        references: tuple[str, ...] = getattr(owner, attribute)
        return tuple(text for text in references if (where, attribute, text) not in bad)

    first = {node.id: node for node in reversed(nodes)}
    held = []
    for node in nodes:
        if first[node.id] is node:
            texts: dict[str, Any] = {name: kept(node, node.id, name) for name in REFERENCES}
            held.append(replace(node, **texts))
    return held, [Crate(crate.name, kept(crate, crate.name, "depends_on")) for crate in crates]


def _report(problem: Problem, envoy: Envoy, diagnostics: Diagnostics) -> None:
    for crate in envoy.crates:
        if crate.name == problem.where:
            _report_crate(problem, envoy, diagnostics)
            return
    instance = [item for item in envoy.instances if item.id == problem.where][-1]
    position = _reference_position(instance, problem) or instance.resource.position
    if problem.attribute == "name":
        suggestion = "give each its own 'name'"
        if instance.item is not None:
            suggestion += ", for example with {{ .Item }}"
        diagnostics.error("VB201", position, problem.message, suggestion)
    else:
        code = "VB202" if problem.value else "VB401"
        diagnostics.error(code, position, problem.message, problem.suggestion)


def _reference_position(instance: Instance, problem: Problem) -> Position | None:
    for reference in instance.references.get(problem.attribute, ()):
        if reference.text == problem.value:
            return reference.written.position
    return None


def _report_crate(problem: Problem, envoy: Envoy, diagnostics: Diagnostics) -> None:
    crate = next(crate for crate in envoy.crates if crate.name == problem.where)
    names = crate.included.crate.depends_on
    position = next(
        (name.position for name in names if name.text == problem.value),
        crate.included.crate.position,
    )
    included = {item.included.crate.name for item in envoy.crates}
    if problem.value in included:
        diagnostics.error("VB401", position, problem.message, problem.suggestion)
    else:
        entry = envoy.inclusion.entry
        diagnostics.error(
            "VB204",
            position,
            f"{problem.message} (match {entry.match!r} in {entry.position})",
            f"add {problem.value!r} where {crate.name!r} is included: {crate.included.because}",
        )
