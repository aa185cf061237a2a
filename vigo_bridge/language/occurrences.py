# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds names in a stack: where each is defined, and where it is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.model import Configcrate, Name, Resource, Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.templates import uses
from vigo_bridge.language.texts import templated_texts
from vigo_bridge.language.values import Scalar, Value


@dataclass(frozen=True, order=True)
class Occurrence:
    """One occurrence of a name. kind: such as `variable`. how: such as `defined in role web`."""

    position: Position
    kind: str
    name: str
    how: str


def search(stack: Stack, term: str) -> tuple[Occurrence, ...]:
    """Return the occurrences of names that contain the term, ignoring case, in reading order."""
    wanted = term.casefold()
    found = {item for item in occurrences(stack) if wanted in item.name.casefold()}
    return tuple(sorted(found))


def occurrences(stack: Stack) -> Iterator[Occurrence]:
    """Yield all occurrences of all names: host patterns, crates, roles, environments, variables,
    resources.
    """
    for crate in stack.configcrates.values():
        yield from _of_crate(crate, stack)
    yield from _of_roles(stack)
    yield from _of_entries(stack)
    yield from _of_folders(stack)
    for task in stack.tasks.values():
        yield Occurrence(task.position, "task", task.name, "defined")
    for build in stack.builds.values():
        yield Occurrence(build.position, "build", build.name, "defined")
        name = build.variable
        yield Occurrence(name.position, "variable", name.text, f"set by build {build.name}")


def _of_crate(crate: Configcrate, stack: Stack) -> Iterator[Occurrence]:
    where = f"configcrate {crate.name}"
    yield Occurrence(crate.position, "configcrate", crate.name, "defined")
    yield from _used("configcrate", crate.depends_on, f"needed by {where}")
    yield from _variables(crate.vars, f"default of {where}")
    for environment, overrides in crate.environment_overrides.items():
        yield from _variables(overrides, f"default of {where} in environment {environment}")
    if crate.when is not None:
        yield from _uses(crate.when, f"used in 'when' of {where}")
    yield from _loop(crate.foreach, where)
    for resource in crate.resources:
        yield from _of_resource(resource, crate, stack)


def _of_resource(resource: Resource, crate: Configcrate, stack: Stack) -> Iterator[Occurrence]:
    name = f"{crate.name}/{_name(resource)}"
    where = f"resource {name}"
    yield Occurrence(resource.position, "resource", name, f"defined, {resource.type}")
    for attribute, references in resource.references.items():
        for reference in references:
            how = f"named in {attribute!r} of {where}"
            yield Occurrence(reference.position, "resource", reference.text, how)
    for text in templated_texts(resource, stack.templates):
        yield from _uses(text.scalar, f"used in {text.attribute!r} of {where}")
    yield from _loop(resource.foreach, where)


def _name(resource: Resource) -> str:
    if resource.name is not None:
        return resource.name.text
    key = resource.attributes.get(TYPES[resource.type].key)
    return f"{resource.type}:{key.text if isinstance(key, Scalar) else resource.position.line}"


def _of_roles(stack: Stack) -> Iterator[Occurrence]:
    for role in stack.roles.values():
        where = f"role {role.name}"
        yield Occurrence(role.position, "role", role.name, "defined")
        yield from _used("role", role.includes, f"included by {where}")
        yield from _used("configcrate", role.configcrates, f"included by {where}")
        for family, crates in role.case.items():
            yield from _used("configcrate", crates, f"included by {where}, case {family}")
        yield from _variables(role.vars, f"set by {where}")


def _of_entries(stack: Stack) -> Iterator[Occurrence]:
    for entry in stack.entries:
        where = f"match {entry.match}"
        for pattern in entry.patterns:
            yield Occurrence(pattern.position, "match", pattern.text, "host pattern")
        yield from _used("role", entry.roles, f"included by {where}")
        yield from _used("configcrate", entry.configcrates, f"included by {where}")
        if entry.environment is not None:
            yield from _used("environment", (entry.environment,), f"of {where}")
        yield from _variables(entry.vars, f"set by {where}")


def _of_folders(stack: Stack) -> Iterator[Occurrence]:
    for common in stack.commons:
        yield from _used("role", common.roles, "included by common.vgo")
        yield from _used("configcrate", common.configcrates, "included by common.vgo")
        yield from _variables(common.vars, "set by common.vgo")
    for item in stack.environments:
        where = f"environment {item.name}"
        yield Occurrence(item.position, "environment", item.name, "defined")
        yield from _used("configcrate", item.configcrates, f"included by {where}")
        yield from _used("configcrate", item.exclude_configcrates, f"excluded by {where}")
        yield from _variables(item.vars, f"set by {where}")


def _used(kind: str, names: Iterable[Name], how: str) -> Iterator[Occurrence]:
    for name in names:
        yield Occurrence(name.position, kind, name.text, how)


def _variables(variables: Mapping[str, Value], how: str) -> Iterator[Occurrence]:
    for name, value in variables.items():
        yield Occurrence(value.position, "variable", name, how)


def _uses(scalar: Scalar, how: str) -> Iterator[Occurrence]:
    for use in uses(scalar, foreach=True):
        if use.chain[0] == "Vars" and len(use.chain) > 1:
            yield Occurrence(use.position, "variable", use.chain[1], how)


def _loop(foreach: Name | None, where: str) -> Iterator[Occurrence]:
    if foreach is not None:
        yield Occurrence(foreach.position, "variable", foreach.text, f"'foreach' of {where}")
