# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the attributes of a resource to the arguments of a task.

A template that only shows variables becomes Jinja2; any other one is put into a variable of the
task, and rendered by the lookup ``vigo.bridge.gotemplate``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.references import (
    ELEMENT,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    Template,
    parse,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.emit.tasks.names import chain, slug, unique
from vigo_bridge.emit.yaml_text import Jinja
from vigo_bridge.resolve.plan import PlannedResource

_LOOKUP = "lookup('vigo.bridge.gotemplate', {})"
_LIST_TRAITS = ("network.ip_addresses",)
_OMIT = " | default(omit, true)"


@dataclass
class Arguments:
    """Writes the arguments of one resource.

    variables: those of its crate. expression: returns the Jinja2 expression for a variable.
    renamed: variables that have another name in Ansible. traits: the Ansible variable with the
    traits. variable_name: returns a name for a variable of the task, from its purpose. task_vars:
    these variables, filled while attributes are written.
    """

    resource: PlannedResource
    variables: Mapping[str, Any]
    expression: Callable[[tuple[str, ...]], str]
    renamed: Container[str]
    traits: str
    variable_name: Callable[[str], str]
    task_vars: dict[str, Any] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """Return all arguments. An argument that renders to an empty text counts as not set."""
        spec = TYPES[self.resource.type].options
        found = {}
        for name, value in self.resource.attributes.items():
            optional = not spec[name].get("required")
            argument = self._value(name, value, optional)
            if argument is not None and not (optional and argument == ""):
                found[name] = argument
        return found

    def _value(self, where: str, value: Any, optional: bool) -> Any:
        if isinstance(value, str):
            return self._text(where, value, optional)
        if isinstance(value, Mapping):
            return {key: self._value(f"{where}_{key}", item, False) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [
                self._value(f"{where}_{number}", item, False)
                for number, item in enumerate(value, start=1)
            ]
        return value

    def _text(self, where: str, text: str, optional: bool) -> str:
        if not self.resource.template:
            return text
        template = parse(text, foreach=self.resource.item is not None)
        if template.is_plain:
            return text
        if all(reference.chain[0] == "Item" for reference in template.references()):
            return template.render({"Vars": {}, "Traits": {}, "Item": self.resource.item})
        return self._jinja(where, template, optional) or self._looked_up(where, template, optional)

    def _jinja(self, where: str, template: Template, optional: bool) -> Jinja | None:
        """Return texts and variables as Jinja2; None if the result would not be the same, byte for
        byte.
        """
        pieces = template.chains()
        if pieces is None:
            return None
        shown = []
        for piece in pieces:
            if isinstance(piece, str):
                shown.append(piece)
                continue
            written = self._shown(piece)
            if written is None:
                return None
            shown.append(written)
        alone = len(pieces) == 1
        literal = "".join(
            text for text, piece in zip(shown, pieces, strict=True) if isinstance(piece, str)
        )
        if re.search(r"\{[{%#]|\}\}|\r", literal) or re.search(r"\{\{\{|\}\}\}", "".join(shown)):
            return None
        empty = optional and not literal and self._may_be_empty(pieces)
        if empty and not alone:
            return None
        result = "".join(shown)
        if alone and (where == "mode" or self._would_be_number(where, pieces[0])):
            return Jinja(result.replace(" }}", " | string }}"))
        return Jinja(result.replace(" }}", f"{_OMIT} }}}}") if empty else result)

    def _would_be_number(self, where: str, piece: Any) -> bool:
        """Return whether Jinja2 would return a number where the template writes text."""
        is_data = any(where.startswith(f"{name}_") for name in TYPES[self.resource.type].data)
        if not is_data or isinstance(piece, str) or piece[0] == "Item":
            return False
        return piece[0] == "Traits" or not isinstance(self._inside(self.variables, piece[1:]), str)

    def _shown(self, names: tuple[str, ...]) -> str | None:
        """Return the expression for one name; None unless its value is a text or an integer, which
        both languages print in the same way.
        """
        start, *rest = names
        if start == "Item":
            value = self._inside(self.resource.item, rest)
            return str(value) if _prints_alike(value) else None
        if start == "Traits":
            if not rest[1:] or ".".join(rest) in _LIST_TRAITS:
                return None
            return f"{{{{ {chain(f'{self.traits}.traits', tuple(rest))} }}}}"
        if not rest or not _prints_alike(self._inside(self.variables, rest)):
            return None
        return f"{{{{ {self.expression(tuple(rest))} }}}}"

    def _may_be_empty(self, pieces: tuple[Any, ...]) -> bool:
        """Return whether one of the names may be empty; a trait may be unknown."""
        return any(
            piece[0] == "Traits" or self._inside(self.variables, piece[1:]) == ""
            for piece in pieces
            if not isinstance(piece, str)
        )

    def _inside(self, value: Any, names: Any) -> Any:
        try:
            return reduce(getitem, names, value)
        except (KeyError, TypeError):
            return None

    def _looked_up(self, where: str, template: Template, optional: bool) -> Jinja:
        name = unique(self.variable_name(slug(where)), self.task_vars, "{}_{}")
        self.task_vars[name] = template.text
        arguments = name
        arguments += self._explicit(template)
        if any(reference.chain[0] == "Traits" for reference in template.references()):
            arguments += f", traits={self.traits}.traits"
        if self.resource.item is not None:
            item = self.variable_name("item")
            self.task_vars[item] = self.resource.item
            arguments += f", item={item}"
        omit = _OMIT if optional and template.may_be_empty() else ""
        return Jinja(f"{{{{ {_LOOKUP.format(arguments)}{omit} }}}}")

    def _explicit(self, template: Template) -> str:
        """Return the variables that the lookup would not find by their names."""
        names = dict.fromkeys(
            reference.chain[1]
            for reference in template.references()
            if reference.chain[0] == "Vars" and reference.chain[1:]
        )
        if not any(name in self.renamed for name in names):
            return ""
        entries = ", ".join(f"{name!r}: {self.expression((name,))}" for name in names)
        return f", vars={{{entries}}}"


def _prints_alike(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


@dataclass(frozen=True)
class Used:
    """What the templates of a resource use. everything: whether they use all variables at once, as
    one map.
    """

    variables: frozenset[str]
    traits: frozenset[str]
    everything: bool


def used_by(resource: PlannedResource) -> Used:
    variables: set[str] = set()
    traits: set[str] = set()
    everything = False
    texts = list(_texts(resource.attributes)) if resource.template else []
    for text in texts:
        for reference in parse(text, foreach=resource.item is not None).references():
            start, *rest = reference.chain
            if start == "Vars" and rest and rest[0] != ELEMENT:
                variables.add(rest[0])
            elif start == "Vars":
                everything = True
            elif start == "Traits":
                names = rest[: rest.index(ELEMENT)] if ELEMENT in rest else rest
                traits.add(".".join(names))
    return Used(frozenset(variables), frozenset(traits), everything)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts(item)]
    return []
