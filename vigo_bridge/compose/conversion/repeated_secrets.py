# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the values of secrets in other texts of the imported stack, such as the password of a
database that a healthcheck repeats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import (
    find,
    texts,
    weakness,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.compose.stack.content import Crate, NeededSecret, Resource

_ALLOWED = {kind.name: kind.names_where("secrets") for kind in TYPES.values()}
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Left:
    """A value that stays in a text where no secret can be: of an attribute, or a variable."""

    resource: Resource | None
    name: str
    path: str


def replace_repeated(
    crates: Iterable[Crate], secrets: Collection[NeededSecret], names: Collection[str]
) -> list[Left]:
    """Replace the values by references, and return those that cannot be replaced.

    Short values, common words and names are not searched: they occur in other texts by chance.
    names: those of the project, in lower case.
    """
    paths = {
        secret.value: secret.path
        for secret in secrets
        if not weakness(secret.value) and secret.value.lower() not in names
    }
    if not paths:
        return []
    # The longest value first: one may contain another.
    values = "|".join(map(re.escape, sorted(paths, key=len, reverse=True)))
    search = _Search(re.compile(rf"(?<![A-Za-z0-9])(?:{values})(?![A-Za-z0-9])"), paths)
    return [left for crate in crates for left in _in_crate(crate, search)]


@dataclass(frozen=True)
class _Search:
    pattern: re.Pattern[str]
    paths: Mapping[str, str]

    def found(self, text: str) -> list[str]:
        """Return the paths of the secrets whose values are in a text."""
        return [self.paths[match.group()] for match in self._matches(text)]

    def replaced(self, text: str) -> str:
        """Return the text with references instead of values."""
        if text in self.paths:
            return f"secret:{self.paths[text]}"
        for match in reversed(self._matches(text)):
            reference = f"secret:{{{self.paths[match.group()]}}}"
            text = text[: match.start()] + reference + text[match.end() :]
        return text

    def _matches(self, text: str) -> list[re.Match[str]]:
        kept = [range(each.start, each.end) for each in find(text)]
        kept += [range(*match.span()) for match in _TEMPLATE.finditer(text)]
        found = self.pattern.finditer(text)
        return [match for match in found if not any(match.start() in span for span in kept)]


def _in_crate(crate: Crate, search: _Search) -> Iterator[Left]:
    for resource in crate.resources:
        for name, value in resource.attributes.items():
            if name in _ALLOWED.get(resource.kind, ()):
                resource.attributes[name] = _mapped(value, search.replaced)
            else:
                yield from (
                    Left(resource, name, path)
                    for text in texts(value)
                    for path in search.found(text)
                )
    for name, (value, comment) in crate.vars.items():
        if not search.found(value):
            continue
        if _is_used_elsewhere(crate, name):
            yield Left(None, name, search.found(value)[0])
        else:
            crate.vars[name] = (search.replaced(value), comment)


def _is_used_elsewhere(crate: Crate, variable: str) -> bool:
    """Return whether an attribute uses a variable in which no secret can be."""
    use = re.compile(rf"\.Vars\.{re.escape(variable)}\b")
    return any(
        use.search(text)
        for resource in crate.resources
        for name, value in resource.attributes.items()
        if name not in _ALLOWED.get(resource.kind, ())
        for text in texts(value)
    )


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return value
