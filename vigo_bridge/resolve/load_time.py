# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders templates when the stack is loaded, before any target is contacted.

This is required for names, references and conditions, and optional for attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    Template,
    TemplateError,
)
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.templates import is_template, parsed, uses
from vigo_bridge.language.values import Scalar


@dataclass(frozen=True)
class LoadTime:
    """The values that are known when the stack is loaded: its variables and the item of a
    `foreach`.
    """

    variables: Mapping[str, Any]
    item: Any | None
    diagnostics: Diagnostics

    def with_item(self, item: Any | None) -> LoadTime:
        return LoadTime(self.variables, item, self.diagnostics)

    def render(self, scalar: Scalar, what: str) -> str | None:
        """Return the text, or None after a diagnostic if it cannot be rendered yet. what: the kind
        of text, such as `name`.

        For undefined variables, return None without a diagnostic: another check reports all of
        them.
        """
        if not is_template(scalar.text):
            return scalar.text
        for use in uses(scalar, self.item is not None):
            if use.chain[0] == "Traits":
                self.diagnostics.error(
                    "VB308",
                    use.position,
                    f"{what!r} is needed before any host is contacted, but traits are known only"
                    " on the target",
                    "set a 'name' without traits, and use variables here",
                )
                return None
        try:
            return self._render(scalar)
        except TemplateError as error:
            position = scalar.position_of(error.offset)
            self.diagnostics.error("VB301", position, f"{what}: {error.message}", error.advice)
            return None

    def render_attribute(self, scalar: Scalar, attribute: str) -> str | None:
        """Return the text with the stack's own values; None if it uses traits or cannot be
        rendered.

        A failure is a warning: the user's inventory may set other values.
        """
        if not is_template(scalar.text):
            return scalar.text
        if any(use.chain[0] == "Traits" for use in uses(scalar, self.item is not None)):
            return None
        try:
            return self._render(scalar)
        except TemplateError as error:
            self.diagnostics.warning(
                "VB301",
                scalar.position_of(error.offset),
                f"{attribute}: with the values in the stack, {error.message}",
                "correct the variable, unless the inventory sets it",
            )
            return None

    def _render(self, scalar: Scalar) -> str | None:
        """Return the text, or None if the template is invalid or uses undefined variables."""
        foreach = self.item is not None
        template = parsed(scalar.text, foreach)
        if not isinstance(template, Template):
            return None
        for use in uses(scalar, foreach):
            if use.chain[0] == "Vars" and use.chain[1:2] and use.chain[1] not in self.variables:
                return None
        namespaces: dict[str, Any] = {"Vars": self.variables, "Traits": {}}
        if foreach:
            namespaces["Item"] = self.item
        return template.render(namespaces)
