# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions that were meant to be ours but do not say so rightly."""

from __future__ import annotations

import re
from typing import Iterable

from .errors import TemplateError
from .lexer import Token
from .namespaces import FOREACH_NAMESPACES, NAMESPACES, known_namespaces, meant_namespace
from .naming import Naming
from .scan import Unreadable
from .source import Source

_NAMES_A_NAMESPACE = re.compile(r"(?<![\w.)])\$?\.(\w+)")


class Mistakes:
    """Raises ``TemplateError`` for what would otherwise pass as a foreign action."""

    def __init__(self, source: Source, foreach: bool) -> None:
        self._source = source
        self._foreach = foreach
        self._known = known_namespaces(foreach)

    def check_unreadable(self, part: Unreadable) -> None:
        """What is no action at all, but names a namespace of ours."""
        stretch = self._source.text[part.start : part.reach]
        if any(name in self._known for name in _NAMES_A_NAMESPACE.findall(stretch)):
            raise self._source.locate(part.fault, part.fault.offset, "parse")

    def check_roots(self, roots: Iterable[Token]) -> None:
        """Names in an action of ours that start at the root and are no namespace."""
        for token in roots:
            if token.text[1:] not in self._known:
                raise self._not_a_namespace(token)

    def check_near_misses(self, naming: Naming) -> None:
        """Names in a foreign action that look like a namespace of ours."""
        for token in naming.roots + naming.dollar_roots:
            if meant_namespace(token.text[1:]):
                raise self._not_a_namespace(token)
        for token in naming.bare_roots:
            if token.text in NAMESPACES:
                raise self._source.error(
                    f"{token.text} needs a dot before it", token.offset, "", f".{token.text}"
                )

    def _not_a_namespace(self, token: Token) -> TemplateError:
        name = token.text[1:]
        meant = meant_namespace(name)
        if meant in FOREACH_NAMESPACES and not self._foreach:
            return self._source.error(
                f".{name}: .Item exists inside foreach only",
                token.offset,
                "add foreach: LIST to the resource, or use .Vars",
            )
        known = ", ".join(f".{namespace}" for namespace in self._known)
        return self._source.error(
            f".{name} is not known here, only {known}",
            token.offset,
            "write .Vars.NAME, or text outside the braces",
            f".{meant}" if meant else "",
        )
