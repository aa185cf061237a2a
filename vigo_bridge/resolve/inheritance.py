# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what match entries inherit from the folders of a stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vigo_bridge.language.model import Common, Environment, MatchEntry, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.resolve.inclusion import include


@dataclass(frozen=True)
class Source:
    """A part of the stack that sets something. label: its description, such as `match
    *.example.com`.

    inherits: of a match entry, the parts from which it inherits, those with the lowest priority
    first.
    """

    position: Position
    label: str
    environment: str
    roles: tuple[str, ...]
    configcrates: tuple[str, ...]
    excluded: tuple[str, ...]
    vars: tuple[str, ...]
    inherits: tuple[Position, ...] = ()


def sources(stack: Stack) -> tuple[Source, ...]:
    """Return the sources by folder, parents first; in each common.vgo, environments.vgo, then
    entries.
    """
    return tuple(sorted(_sources(stack), key=_place))


def _sources(stack: Stack) -> Iterator[Source]:
    yield from map(_of_common, stack.commons)
    yield from map(_of_environment, stack.environments)
    for entry in stack.entries:
        yield _of_entry(stack, entry)


def _of_common(common: Common) -> Source:
    return Source(
        position=common.position,
        label="common",
        environment="",
        roles=tuple(name.text for name in common.roles),
        configcrates=tuple(name.text for name in common.configcrates),
        excluded=(),
        vars=tuple(common.vars),
    )


def _of_environment(environment: Environment) -> Source:
    return Source(
        position=environment.position,
        label=f"environment {environment.name}",
        environment="",
        roles=(),
        configcrates=tuple(name.text for name in environment.configcrates),
        excluded=tuple(name.text for name in environment.exclude_configcrates),
        vars=tuple(environment.vars),
    )


def _of_entry(stack: Stack, entry: MatchEntry) -> Source:
    inclusion = include(stack, entry)
    return Source(
        position=entry.position,
        label=f"match {entry.match}",
        environment=entry.environment.text if entry.environment else "",
        roles=tuple(name.text for name in entry.roles),
        configcrates=tuple(name.text for name in entry.configcrates),
        excluded=(),
        vars=tuple(entry.vars),
        inherits=(
            *(common.position for common in inclusion.commons),
            *(environment.position for environment in inclusion.environments),
        ),
    )


def _place(source: Source) -> tuple[tuple[str, ...], int, Position]:
    *folder, name = source.position.file.split("/")
    kinds = ("common.vgo", "environments.vgo")
    return tuple(folder), kinds.index(name) if name in kinds else len(kinds), source.position
