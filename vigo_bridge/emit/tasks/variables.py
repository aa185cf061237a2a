# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides where variables are defined, so that each role gets the values of the stack.

A crate's defaults are the role's defaults. Overrides of the stack are in the map ``vigo_vars`` of
the group, which the role's defaults read, so that any variable of the user still overrides them. A
name that Ansible reserves or does not allow is prefixed with the role's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from vigo_bridge.emit.tasks.names import chain, is_variable, prefixed, unique
from vigo_bridge.emit.tasks.refusal import CannotExpress, Refusal
from vigo_bridge.emit.yaml_text import Jinja
from vigo_bridge.resolve.plan import SETTING, Group, Plan, PlannedCrate, Variable

STACK_VARIABLES = "vigo_vars"
CRATE_DEFAULT = "crate default"


@dataclass(frozen=True)
class Default:
    """One entry of a role's defaults. value: data, or a template that reads the stack's value.

    known: its value for the first group that has it. source: its position in the stack.
    """

    name: str
    value: Any
    known: Any = field(compare=False)
    source: str


class Variables:
    """The variables of a whole plan. Raises CannotExpress if two crates override a variable
    differently.
    """

    def __init__(self, plan: Plan, is_reserved: Callable[[str], bool]) -> None:
        self._plan = plan
        self._is_reserved = is_reserved
        refusals = [refusal for group in plan.groups for refusal in self._refusals(group)]
        if refusals:
            raise CannotExpress(refusals)

    def names(self) -> set[str]:
        return {variable.name for group in self._plan.groups for variable in group.variables}

    def reader(self, crate: PlannedCrate, role: str) -> Callable[[tuple[str, ...]], str]:
        """Return a function that returns the Jinja2 expression for a crate's variable, or for a
        value inside it.
        """
        own = {variable.name for variable in crate.defaults}

        def expression(names: tuple[str, ...]) -> str:
            if names[0] in own or self.is_variable(names[0]):
                return chain(self._name(names[0], role), names[1:])
            return chain(STACK_VARIABLES, names)

        return expression

    def known(self, group: Group, crate: PlannedCrate) -> dict[str, Any]:
        """Return values by name, as in the templates of one crate."""
        return {**{variable.name: variable.value for variable in group.variables}, **crate.vars}

    def of_group(self, group: Group) -> list[Variable]:
        """Return the entries of ``vigo_vars``."""
        return [variable for variable in group.variables if self._in_group(group, variable)]

    def fixed(self, group: Group) -> list[Variable]:
        """Return the variables that the command line sets, which override all others."""
        return [
            variable
            for variable in group.variables
            if variable.layer == SETTING and self.is_variable(variable.name)
        ]

    def defaults(
        self, group: Group, crate: PlannedCrate, role: str, used: Iterable[str]
    ) -> Iterator[Default]:
        """Yield the entries of a role's defaults. used: the names that its templates read."""
        known = self.known(group, crate)
        own = {variable.name: variable for variable in crate.defaults}
        for variable in crate.defaults:
            value: Any = variable.value
            if self._is_overridden(crate, variable):
                literal = _literal(value)
                if literal is None:
                    literal = prefixed(role, f"{variable.name}_default")
                    yield Default(literal, value, value, str(variable.position))
                entry = chain(STACK_VARIABLES, (variable.name,))
                value = Jinja(f"{{{{ {entry} | default({literal}) }}}}")
            name = self._name(variable.name, role)
            yield Default(name, value, known[variable.name], str(variable.position))
        here = {variable.name: variable for variable in self.of_group(group)}
        for name in sorted(set(used) - set(own)):
            if self.is_variable(name) and name in here and not self._has_default(group, name):
                entry = chain(STACK_VARIABLES, (name,))
                yield Default(name, Jinja(f"{{{{ {entry} }}}}"), known[name], "vigo_vars")

    def _in_group(self, group: Group, variable: Variable) -> bool:
        if not self.is_variable(variable.name):
            return True
        if variable.layer == SETTING:
            return False
        return variable.layer != CRATE_DEFAULT or self._is_ambiguous(group, variable.name)

    def _has_default(self, group: Group, name: str) -> bool:
        """Return whether a role of the play defines it, with the same value for all."""
        return any(
            variable.name == name for crate in group.crates for variable in crate.defaults
        ) and not self._is_ambiguous(group, name)

    def _is_ambiguous(self, group: Group, name: str) -> bool:
        values = [
            self.known(group, crate)[name]
            for crate in group.crates
            for variable in crate.defaults
            if variable.name == name
        ]
        return any(value != values[0] for value in values)

    def _is_overridden(self, crate: PlannedCrate, default: Variable) -> bool:
        """Return whether a group overrides the crate's default."""
        return any(
            self.known(group, same)[default.name] != default.value
            for group in self._plan.groups
            if default not in self.fixed(group)
            for same in group.crates
            if same.position == crate.position
        )

    def _refusals(self, group: Group) -> Iterator[Refusal]:
        here = {variable.name: variable.value for variable in self.of_group(group)}
        fixed = {variable.name for variable in self.fixed(group)}
        for crate in group.crates:
            known = self.known(group, crate)
            for default in crate.defaults:
                value = default.value
                if default.name in fixed:
                    continue
                if self._is_overridden(crate, default):
                    value = here.get(default.name, value)
                if value != known[default.name]:
                    yield Refusal(
                        group,
                        f"crate {crate.name} sets the variable {default.name!r}, and another crate"
                        " sets it to another value; rename one of them, or use bundle style",
                    )

    def _name(self, name: str, role: str) -> str:
        """Return the Ansible name of a crate's variable."""
        if self.is_variable(name):
            return name
        return unique(prefixed(role, name), self.names(), "{}_{}")

    def is_variable(self, name: str) -> bool:
        """Return whether it can be an Ansible variable of the same name."""
        return is_variable(name, self._is_reserved)


def _literal(value: Any) -> str | None:
    """Return the value as a Jinja2 literal; None if it is not a simple value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9 ._:/@+-]*", value):
        return f"'{value}'"
    return None
