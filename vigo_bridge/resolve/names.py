# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports unknown names of roles and configcrates in a stack, and unused ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.language.model import Name, Role, Stack


def check_names(stack: Stack, diagnostics: Diagnostics) -> None:
    """Report unknown names, roles that are nested too deep, and unused crates and roles."""
    if "roles" not in stack.broken:
        for name in _named_roles(stack):
            _check(name, "role", stack.roles, stack.broken, diagnostics)
    for name in (*_named_crates(stack), *_named_dependencies(stack)):
        _check(name, "configcrate", stack.configcrates, stack.broken, diagnostics)
    for role in stack.roles.values():
        _check_depth(role, stack, diagnostics)


def warn_of_unused(stack: Stack, diagnostics: Diagnostics) -> None:
    """Warn about crates and roles that are not included anywhere."""
    for what, defined, names in (
        ("role", stack.roles, _named_roles(stack)),
        ("configcrate", stack.configcrates, _named_crates(stack)),
    ):
        used = {name.text for name in names}
        for name, thing in defined.items():
            if name not in used:
                diagnostics.warning(
                    "VB205",
                    thing.position,
                    f"{what} {name!r} is not included anywhere and has no effect",
                    f"add it to '{what}s:' of a role or a match entry"
                    if what == "configcrate"
                    else "add it to 'roles:' of a match entry",
                )


def _check(
    name: Name,
    what: str,
    known: Collection[str],
    broken: Collection[str],
    diagnostics: Diagnostics,
) -> None:
    if name.text not in known and name.text not in broken:
        diagnostics.error(
            "VB202",
            name.position,
            f"there is no {what} {name.text!r}",
            did_you_mean(name.text, known) or f"create it in {what}s/{name.text}.vgo",
        )


def _check_depth(role: Role, stack: Stack, diagnostics: Diagnostics) -> None:
    for name in role.includes:
        included = stack.roles.get(name.text)
        if included is not None and included.includes:
            further = included.includes[0].text
            diagnostics.error(
                "VB206",
                name.position,
                f"role {role.name!r} includes {name.text!r}, which itself includes {further!r}",
                f"roles can be nested only one level deep: include {further!r} here as well",
            )


def _named_roles(stack: Stack) -> Iterator[Name]:
    places: Iterable[tuple[Name, ...]] = chain(
        (common.roles for common in stack.commons),
        (entry.roles for entry in stack.entries),
        (role.includes for role in stack.roles.values()),
    )
    return chain.from_iterable(places)


def _named_crates(stack: Stack) -> Iterator[Name]:
    places: Iterable[tuple[Name, ...]] = chain(
        (common.configcrates for common in stack.commons),
        (entry.configcrates for entry in stack.entries),
        (role.configcrates for role in stack.roles.values()),
        (arm for role in stack.roles.values() for arm in role.case.values()),
        (environment.configcrates for environment in stack.environments),
        (environment.exclude_configcrates for environment in stack.environments),
    )
    return chain.from_iterable(places)


def _named_dependencies(stack: Stack) -> Iterator[Name]:
    return chain.from_iterable(crate.depends_on for crate in stack.configcrates.values())
