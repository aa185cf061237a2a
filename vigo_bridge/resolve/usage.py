# SPDX-License-Identifier: GPL-3.0-or-later
"""Warns about unused variables, and about different defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.language.model import Configcrate, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.templates import Use, uses
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.template_checks import uses_of

#: All variables at once, as in `{{ range .Vars }}`.
_ALL = "*"


def warn_of_unused_variables(
    stack: Stack,
    envoys: Sequence[Envoy],
    settings: Mapping[str, Any],
    diagnostics: Diagnostics,
) -> None:
    """Warn about unused variables.

    A variable is used if a template of an envoy that gets it refers to it.
    """
    defined: dict[Position, str] = {}
    used: set[Position] = set()
    everywhere: set[str] = set()
    for envoy in envoys:
        names = _used_names(envoy, stack)
        everywhere |= names
        for layer in envoy.layers:
            for name, value in layer.vars.items():
                defined[value.position] = name
                if name in names or _ALL in names:
                    used.add(value.position)
    for position, name in defined.items():
        if position not in used:
            _warn(name, position, "", everywhere, diagnostics)
    for name in settings:
        if envoys and not everywhere & {name, _ALL}:
            _warn(name, None, " of --set", everywhere, diagnostics)


def _warn(
    name: str,
    position: Position | None,
    where: str,
    used: set[str],
    diagnostics: Diagnostics,
) -> None:
    suggestion = did_you_mean(name, used - {name}) or "remove it"
    diagnostics.warning("VB305", position, f"unused variable {name!r}{where}", suggestion)


def _used_names(envoy: Envoy, stack: Stack) -> set[str]:
    """Return the variables to which templates and `foreach` refer; `*` for all."""
    if not envoy.inclusion.is_complete:
        return {_ALL}
    return {
        use.chain[1] if len(use.chain) > 1 else _ALL
        for use in _uses(envoy, stack)
        if use.chain[0] == "Vars"
    } | set(_loops(envoy))


def _uses(envoy: Envoy, stack: Stack) -> Iterator[Use]:
    for crate in envoy.crates:
        if crate.included.crate.when is not None:
            yield from uses(crate.included.crate.when, foreach=True)
        for instance in crate.instances:
            yield from (use for _, use in uses_of(instance, stack))


def _loops(envoy: Envoy) -> Iterator[str]:
    for crate in (included.crate for included in envoy.inclusion.crates):
        for foreach in (crate.foreach, *(resource.foreach for resource in crate.resources)):
            if foreach is not None:
                yield foreach.text


def warn_of_different_defaults(envoy: Envoy, diagnostics: Diagnostics) -> None:
    """Warn if two crates of one envoy have different defaults for a variable."""
    first: dict[str, Configcrate] = {}
    own = envoy.namespace.own
    for crate in (included.crate for included in envoy.inclusion.crates):
        for name, value in crate.vars.items():
            if name not in own.get(crate.name, {}):
                continue
            other = first.setdefault(name, crate)
            if own[other.name][name] != own[crate.name][name]:
                diagnostics.warning(
                    "VB306",
                    value.position,
                    f"{name!r} has a different default in configcrate {other.name!r}"
                    f" ({other.vars[name].position}): each uses its own"
                    f" default, all other crates use that of {other.name!r}",
                    "set the variable in the role or match entry, or rename one",
                )
