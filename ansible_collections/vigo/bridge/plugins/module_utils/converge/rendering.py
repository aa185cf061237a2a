# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of a resource with its templates rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Container, Mapping

from ..common.dataclass import dataclass
from ..common.errors import ResourceError
from ..language.go_template.errors import OPEN, TemplateError

if TYPE_CHECKING:
    from ..host.facts import Facts
    from .input import CrateInput, Resource


@dataclass(frozen=True)
class Rendering:
    """The input of templates. variables: those of the envoy; the defaults of a crate override
    them.
    """

    crates: Mapping[str, CrateInput]
    variables: Mapping[str, Any]
    facts: Facts

    def of(
        self, resource: Resource, only: Container[str] | None = None
    ) -> Callable[[], dict[str, Any]]:
        """Return a function that renders all of the resource's attributes, or ``only`` some.

        The function raises ResourceError.
        """

        def render() -> dict[str, Any]:
            attributes = {
                name: value
                for name, value in resource.attributes.items()
                if only is None or name in only
            }
            if not resource.template:
                return attributes
            try:
                rendered = render_deep(attributes, self._namespaces(resource))
            except TemplateError as error:
                raise ResourceError(f"{error.path}: {error}") from error
            # An attribute that renders to an empty text counts as not set.
            return {name: value for name, value in rendered.items() if value != ""}

        return render

    def _namespaces(self, resource: Resource) -> Mapping[str, Any]:
        crate = self.crates.get(resource.node.crate)
        namespaces = {
            "Vars": {**self.variables, **(crate.vars if crate else {})},
            "Traits": self.facts.traits,
        }
        if resource.item is not None:
            namespaces["Item"] = resource.item
        return namespaces


def render_deep(value: Any, namespaces: Mapping[str, Any]) -> Any:
    """Return a copy of a value of strings, lists and dicts with all strings rendered.

    Keys and other scalars stay. ``Item`` among the namespaces means inside foreach. Raise
    ``TemplateError`` with the ``path`` of the string.
    """
    return _render(value, namespaces, "")


def _render(value: Any, namespaces: Mapping[str, Any], path: str) -> Any:
    if isinstance(value, str):
        return _render_text(value, namespaces, path)
    if isinstance(value, Mapping):
        prefix = f"{path}." if path else ""
        return {key: _render(v, namespaces, f"{prefix}{key}") for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_render(v, namespaces, f"{path}[{index}]") for index, v in enumerate(value)]
    return value


def _render_text(text: str, namespaces: Mapping[str, Any], path: str) -> str:
    if OPEN not in text:
        return text
    # Imported here, because it is slow to load and many stacks have no templates.
    from ..language.go_template.template import parse

    try:
        return parse(text, foreach="Item" in namespaces).render(namespaces)
    except TemplateError as error:
        error.path = path
        raise
