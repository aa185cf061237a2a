# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds every reference to a secret in a stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from vigo_bridge.language.builds import secret_texts
from vigo_bridge.language.model import Build, Configcrate, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.texts import attribute_texts, file_texts
from vigo_bridge.language.values import Scalar, scalars


def secret_positions(
    stack: Stack, crates: Iterable[Configcrate] | None = None
) -> dict[str, tuple[Position, ...]]:
    """Return the secrets' paths in alphabetical order, each with its positions.

    crates: only these configcrates, and the variables outside of any; default: all, and all builds.
    """
    if crates is not None:
        return _positions(_scalars(stack, list(crates)))
    of_builds = build_secrets(stack.builds.values())
    found = _positions(_scalars(stack, list(stack.configcrates.values())))
    both = sorted({*found, *of_builds})
    return {path: (*found.get(path, ()), *of_builds.get(path, ())) for path in both}


def build_secrets(builds: Iterable[Build]) -> dict[str, tuple[Position, ...]]:
    """Return the same for the secrets of builds, which hosts do not need."""
    return _positions(text for build in builds for text in secret_texts(build))


def _positions(texts: Iterable[Scalar]) -> dict[str, tuple[Position, ...]]:
    found: dict[str, dict[Position, None]] = {}
    for scalar in texts:
        for reference in secret_references.find(scalar.text):
            found.setdefault(reference.path, {})[scalar.position_of(reference.start)] = None
    return {path: tuple(sorted(positions)) for path, positions in sorted(found.items())}


def _scalars(stack: Stack, crates: list[Configcrate]) -> Iterator[Scalar]:
    for crate in crates:
        for resource in crate.resources:
            for text in (*attribute_texts(resource), *file_texts(resource, stack.templates)):
                yield text.scalar
    overrides = [layer for crate in crates for layer in crate.environment_overrides.values()]
    places = (
        *(crate.vars for crate in crates),
        *overrides,
        *(role.vars for role in stack.roles.values()),
        *(common.vars for common in stack.commons),
        *(entry.vars for entry in stack.entries),
        *(environment.vars for environment in stack.environments),
    )
    for variables in places:
        for value in variables.values():
            yield from scalars(value)
