# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds which configcrates and roles a match entry includes, in order, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from vigo_bridge.language.model import (
    Common,
    Configcrate,
    Environment,
    MatchEntry,
    Name,
    Role,
    Stack,
)


@dataclass(frozen=True)
class IncludedCrate:
    """because: the reason, as text. conditions: the crate is applied if one of them is true; empty:
    always.
    """

    crate: Configcrate
    because: str
    conditions: tuple[str, ...]

    def when_with(self, own: str | None) -> str | None:
        """Return the conditions of its inclusion and its own condition, combined."""
        if not self.conditions:
            return own
        arms = " || ".join(dict.fromkeys(self.conditions))
        return f"({arms}) && ({own})" if own else arms


@dataclass(frozen=True)
class Inclusion:
    """What one match entry gets. commons, environments: those that apply, parents first.

    is_complete: whether all roles and crates that it names could be read.
    """

    entry: MatchEntry
    commons: tuple[Common, ...]
    environments: tuple[Environment, ...]
    roles: tuple[Role, ...]
    crates: tuple[IncludedCrate, ...]
    is_complete: bool


@dataclass(frozen=True)
class _Request:
    """One place that includes a crate. condition: None for always."""

    name: str
    because: str
    condition: str | None = None


def include(stack: Stack, entry: MatchEntry) -> Inclusion:
    """Return the included crates. Unknown names are left out; `check_names` reports them."""
    commons = tuple(
        common for common in stack.commons if _is_below(entry.folder, common.folder, strictly=True)
    )
    environments = tuple(
        environment
        for environment in stack.environments
        if entry.environment is not None
        and environment.name == entry.environment.text
        and _is_below(entry.folder, environment.folder)
    )
    named_roles = [name for common in commons for name in common.roles] + list(entry.roles)
    requests = [
        *_requests_of_commons(stack, commons),
        *_requests_of_roles(stack, entry.roles, ""),
        *_requests_of_crates(entry.configcrates, f"match {entry.match!r} at {entry.position}"),
    ]
    for environment in environments:
        because = f"environment {environment.name} at {environment.position}"
        requests += _requests_of_crates(environment.configcrates, because)
    excluded = {name.text for item in environments for name in item.exclude_configcrates}
    return Inclusion(
        entry,
        commons,
        environments,
        tuple(_roles(stack, named_roles)),
        tuple(_granted(stack, requests, excluded)),
        _is_complete(stack, named_roles, requests),
    )


def _is_complete(stack: Stack, roles: Sequence[Name], requests: Sequence[_Request]) -> bool:
    included = [name for role in _roles(stack, roles) for name in role.includes]
    return all(name.text in stack.roles for name in (*roles, *included)) and all(
        request.name in stack.configcrates for request in requests
    )


def _is_below(folder: str, ancestor: str, strictly: bool = False) -> bool:
    if folder == ancestor:
        return not strictly
    return PurePosixPath(folder).is_relative_to(PurePosixPath(ancestor))


def _requests_of_commons(stack: Stack, commons: Sequence[Common]) -> Iterator[_Request]:
    for common in commons:
        yield from _requests_of_roles(stack, common.roles, f", in {common.position.file}")
        yield from _requests_of_crates(common.configcrates, f"{common.position.file}")


def _requests_of_crates(names: Sequence[Name], because: str) -> Iterator[_Request]:
    for name in names:
        yield _Request(name.text, because)


def _requests_of_roles(stack: Stack, names: Sequence[Name], where: str) -> Iterator[_Request]:
    for role in _roles(stack, names):
        because = f"role {role.name}{where}"
        yield from _requests_of_crates(role.configcrates, because)
        families = [family for family in role.case if family != "default"]
        for family, crates in role.case.items():
            if family == "default":
                condition = " && ".join(f"!os_family('{other}')" for other in families) or None
            else:
                condition = f"os_family('{family}')"
            for crate in crates:
                yield _Request(crate.text, f"{because}, case {family}", condition)


def _roles(stack: Stack, names: Sequence[Name]) -> Iterator[Role]:
    """Yield the named roles, each after those that it includes, none twice."""
    found: dict[str, Role] = {}
    for name in names:
        role = stack.roles.get(name.text)
        if role is None:
            continue
        for included in role.includes:
            if included.text in stack.roles:
                found.setdefault(included.text, stack.roles[included.text])
        found.setdefault(role.name, role)
    return iter(found.values())


def _granted(
    stack: Stack, requests: Sequence[_Request], excluded: set[str]
) -> Iterator[IncludedCrate]:
    """Yield the included crates.

    One that is included twice keeps its first position, and is unconditional if either inclusion
    is.
    """
    by_name: dict[str, list[_Request]] = {}
    for request in requests:
        if request.name in stack.configcrates and request.name not in excluded:
            by_name.setdefault(request.name, []).append(request)
    for name, same in by_name.items():
        conditions = [request.condition for request in same if request.condition is not None]
        always = len(conditions) < len(same)
        yield IncludedCrate(
            stack.configcrates[name], same[0].because, () if always else tuple(conditions)
        )
