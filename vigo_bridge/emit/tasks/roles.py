# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of a plan, and their plays.

Groups for which a crate has the same content share its role; otherwise each group has a role of its
own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import paths
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.emit.tasks.names import role_name, slug, title, unique
from vigo_bridge.emit.tasks.refusal import CannotExpress, Refusal
from vigo_bridge.emit.tasks.secret_lookups import can_look_up
from vigo_bridge.emit.tasks.sequence import CrateSteps, sequence
from vigo_bridge.emit.tasks.tasks import Naming, TaskWriter, Written
from vigo_bridge.emit.tasks.values import used_by
from vigo_bridge.emit.tasks.variables import Default, Variables
from vigo_bridge.resolve.plan import Group, Plan, PlannedCrate, PlannedResource


@dataclass(frozen=True)
class Role:
    """One crate as a role.

    needed: variables that it reads and other roles define. stack_values: entries of ``vigo_vars``
        that it reads and has no default for. known: all variables that the role reads. All three
        have the values of the first group with this role. Roles are equal if they do the same.
    """

    name: str
    crate: PlannedCrate = field(compare=False)
    tasks: tuple[Written, ...]
    handlers: tuple[Written, ...]
    defaults: tuple[Default, ...]
    needed: Mapping[str, Any] = field(compare=False)
    stack_values: Mapping[str, Any] = field(compare=False)
    known: Mapping[str, Any] = field(compare=False)


@dataclass(frozen=True)
class Play:
    """The play of one match entry: its roles by name, in order."""

    group: Group
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Roles:
    """titles: by group and resource ID, the names of its task and its handler."""

    roles: Mapping[str, Role]
    plays: tuple[Play, ...]
    titles: Mapping[tuple[str, str], tuple[str, str]]


def roles_of(plan: Plan, variables: Variables) -> Roles:
    """Return the roles of all groups. Raise CannotExpress with everything that prevents them."""
    refusals: list[Refusal] = []
    sequences: list[tuple[Group, tuple[CrateSteps, ...]]] = []
    for group in plan.groups:
        refusals += _refusals(group)
        try:
            sequences.append((group, sequence(group)))
        except CannotExpress as problem:
            refusals += problem.refusals
    if refusals:
        raise CannotExpress(refusals)
    collected = _Collection(variables)
    for group, steps in sequences:
        collected.add(group, steps)
    return Roles(collected.roles, tuple(collected.plays), collected.titles)


def _refusals(group: Group) -> list[Refusal]:
    return [
        Refusal(group, reason)
        for crate in group.crates
        for resource in crate.resources
        for reason in _reasons(resource, crate, group)
    ]


def _reasons(resource: PlannedResource, crate: PlannedCrate, group: Group) -> Iterator[str]:
    """Yield why a resource cannot be a task."""
    if used_by(resource).everything:
        yield (
            f"{resource.id} has a template that uses all variables at once; name the variables"
            " that it needs, or use bundle style"
        )
    if TYPES[resource.type].module_options and not _can_look_up(resource, crate, group):
        yield (
            f"{resource.id} has a secret that comes from a variable or is next to a template, which"
            f" is not supported for {resource.type} in task style; write the complete reference"
            " alone, or use bundle style"
        )
    if resource.reverts:
        yield (
            f"{resource.id} has 'revert', but tasks do not record what they have reverted; use"
            " bundle style"
        )


def _can_look_up(resource: PlannedResource, crate: PlannedCrate, group: Group) -> bool:
    known = {**{one.name: one.value for one in group.variables}, **crate.vars}
    read = [known.get(name) for name in used_by(resource).variables]
    return not paths(read) and can_look_up(resource.attributes)


class _Collection:
    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self.roles: dict[str, Role] = {}
        self.plays: list[Play] = []
        self.titles: dict[tuple[str, str], tuple[str, str]] = {}

    def add(self, group: Group, sequence: tuple[CrateSteps, ...]) -> None:
        """Add the roles of one group, and share those that exist already and are equal."""
        names: dict[str, str] = {}
        for crate in sequence:
            wanted = role_name(crate.crate.name)
            others = {*names.values(), *(n for n, r in self.roles.items() if _other(r, crate))}
            names[crate.crate.name] = unique(wanted, others, "{}_{}")
        written = self._written(group, sequence, names)
        # A role with another name has other variables, which other roles may read.
        while different := [role for role in written if self.roles.get(role.name, role) != role]:
            for role in different:
                own = f"{role_name(role.crate.name)}_{slug(group.name.removeprefix('vigo_'))}"
                taken = {*self.roles, *names.values()}
                names[role.crate.name] = unique(own, taken, "{}_{}")
            written = self._written(group, sequence, names)
        self.roles.update({role.name: role for role in written})
        self.plays.append(Play(group, tuple(role.name for role in written)))

    def _written(
        self, group: Group, sequence: tuple[CrateSteps, ...], names: Mapping[str, str]
    ) -> list[Role]:
        naming = _naming(sequence, names, self._variables.names())
        for one, (task, handler) in naming.titles.items():
            role = names[one.partition("/")[0]]
            self.titles[group.name, one] = (f"{role} : {task}", f"{role} : {handler}")
        return [self._role(group, crate, names[crate.crate.name], naming) for crate in sequence]

    def _role(self, group: Group, crate: CrateSteps, name: str, naming: Naming) -> Role:
        uses = [used_by(step.resource) for step in crate.steps]
        used = frozenset().union(*(use.variables for use in uses))
        traits = frozenset().union(*(use.traits for use in uses))
        known = self._variables.known(group, crate.crate)
        renamed = {one for one in used if not self._variables.is_variable(one)}
        read = self._variables.reader(crate.crate, name)
        writer = TaskWriter(crate, naming, known, read, renamed, traits)
        defaults = tuple(self._variables.defaults(group, crate.crate, name, used))
        own = {variable.name for variable in crate.crate.defaults}
        foreign = [one for one in sorted(used - own) if one in known]
        in_defaults = {default.name for default in defaults}
        needed = {one for one in foreign if one not in in_defaults and one not in renamed}
        return Role(
            name,
            crate.crate,
            writer.tasks(),
            writer.handlers(),
            defaults,
            {one: known[one] for one in foreign if one in needed},
            {one: known[one] for one in foreign if one not in needed},
            {one: known[one] for one in sorted(used) if one in known},
        )


def _other(role: Role, crate: CrateSteps) -> bool:
    return role.crate.name != crate.crate.name


def _naming(
    sequence: tuple[CrateSteps, ...], names: Mapping[str, str], variables: set[str]
) -> Naming:
    """Return names for tasks. Titles are unique in a role, those of handlers in the whole play."""
    titles: dict[str, tuple[str, str]] = {}
    handlers: set[str] = set()
    for crate in sequence:
        taken: set[str] = set()
        for step in crate.steps:
            task = unique(title(step.resource), taken, "{} ({})")
            taken.add(task)
            handler = f"{task}, triggered" if step.is_task else task
            if handler in handlers:
                handler = f"{handler} (role {names[crate.crate.name]})"
            handler = unique(handler, handlers, "{} ({})")
            if step.is_handler:
                handlers.add(handler)
            titles[step.resource.id] = (task, handler)
    return Naming(names, titles, frozenset(variables))
