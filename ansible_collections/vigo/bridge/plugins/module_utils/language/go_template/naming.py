# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the names in one action from its tokens, and names that are almost ours."""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, Iterable, List, NamedTuple, Optional, Tuple

from . import lexer
from .errors import Source, TemplateError
from .functions import FUNCTIONS
from .lexer import Action, Token, Unreadable

NAMESPACES = ("Vars", "Traits")
FOREACH_NAMESPACES = ("Item", "Each")

_NEAR: Dict[str, str] = {
    "var": "Vars",
    "vars": "Vars",
    "trait": "Traits",
    "traits": "Traits",
    "item": "Item",
    "each": "Each",
}


def known_namespaces(foreach: bool) -> Tuple[str, ...]:
    """Return the namespaces of a template; inside foreach there are more."""
    return NAMESPACES + (FOREACH_NAMESPACES if foreach else ())


def meant_namespace(name: str) -> Optional[str]:
    """Return the namespace that a name was probably meant to be.

    Never returns one for names that templates of docker, kubectl and others use, such as ``.items``
    or ``.Status``.
    """
    if name == "Items":
        return "Item"
    folded = name.lower()
    if folded in _NEAR:
        return _NEAR[folded]
    for namespace in NAMESPACES:
        if sorted(folded) == sorted(namespace.lower()):
            return namespace
    return None


_CHAINED = frozenset({lexer.FIELD, lexer.VARIABLE, lexer.RIGHT_PAREN, lexer.IDENTIFIER})


class Naming(NamedTuple):
    """``roots`` are the first names of chains that start at the dot, ``dollar_roots`` those that
    start at ``$``, ``bare_roots`` identifiers followed by a chain, as in ``Vars.port``.
    ``variables`` are used, ``declared`` are set with ``:=``. ``has_dot`` also means ``$``."""

    roots: Tuple[Token, ...]
    dollar_roots: Tuple[Token, ...]
    bare_roots: Tuple[Token, ...]
    variables: FrozenSet[str]
    declared: Tuple[str, ...]
    has_dot: bool
    has_literal: bool
    has_unknown_function: bool

    @property
    def has_chain(self) -> bool:
        return bool(self.roots or self.dollar_roots or self.variables or self.has_dot)

    @property
    def is_literal_only(self) -> bool:
        return self.has_literal and not self.has_chain and not self.has_unknown_function


def naming_of(action: Action) -> Naming:
    roots: List[Token] = []
    dollar_roots: List[Token] = []
    bare_roots: List[Token] = []
    variables: List[str] = []
    has_dot = has_literal = has_unknown_function = False
    declared = _declared(action)
    skipped = len(declared) * 2
    tokens = action.tokens
    start = _keywords(action) + skipped
    previous: Optional[Token] = None
    for token in tokens[start:-1]:
        kind = token.kind
        if kind == lexer.FIELD:
            if previous is None or token.spaced or previous.kind not in _CHAINED:
                roots.append(token)
            elif previous.text == "$":
                dollar_roots.append(token)
            elif previous.kind == lexer.IDENTIFIER:
                bare_roots.append(previous)
        elif kind == lexer.VARIABLE:
            if token.text == "$":
                has_dot = True
            else:
                variables.append(token.text)
        elif kind == lexer.DOT:
            has_dot = True
        elif kind == lexer.IDENTIFIER:
            has_unknown_function = has_unknown_function or token.text not in FUNCTIONS
        elif kind in lexer.LITERALS:
            has_literal = True
        previous = token
    return Naming(
        tuple(roots),
        tuple(dollar_roots),
        tuple(bare_roots),
        frozenset(variables),
        declared,
        has_dot,
        has_literal,
        has_unknown_function,
    )


def template_name(action: Action) -> str:
    """Return the quoted name in a define, block or template action, quotes included."""
    token = action.tokens[1]
    return token.text if token.kind in (lexer.STRING, lexer.RAW_STRING) else ""


def _declared(action: Action) -> Tuple[str, ...]:
    """Return the variables before ``:=``. Those before ``=`` count as used."""
    tokens = action.tokens
    at = _keywords(action)
    names: List[str] = []
    while tokens[at].kind == lexer.VARIABLE:
        names.append(tokens[at].text)
        if tokens[at + 1].kind == lexer.DECLARE:
            return tuple(names)
        if tokens[at + 1].kind is not lexer.COMMA:
            break
        at += 2
    return ()


def _keywords(action: Action) -> int:
    """Return the number of keywords that the action begins with: ``else if`` has two."""
    if action.keyword == "else" and action.tokens[1].kind == "if":
        return 2
    return 1 if action.keyword else 0


_NAMES_A_NAMESPACE = re.compile(r"(?<![\w.)])\$?\.(\w+)")


class Mistakes:
    """Raises ``TemplateError`` for mistakes that would otherwise be treated as foreign actions."""

    def __init__(self, source: Source, foreach: bool) -> None:
        self._source = source
        self._foreach = foreach
        self._known = known_namespaces(foreach)

    def check_unreadable(self, part: Unreadable) -> None:
        """Raise TemplateError for text that is not an action but names one of our namespaces."""
        stretch = self._source.text[part.start : part.reach]
        if any(name in self._known for name in _NAMES_A_NAMESPACE.findall(stretch)):
            raise self._source.locate(part.fault, part.fault.offset, "parse")

    def check_roots(self, roots: Iterable[Token]) -> None:
        """Raise TemplateError for names in an action of ours that start at the root and are not
        a namespace.
        """
        for token in roots:
            if token.text[1:] not in self._known:
                raise self._not_a_namespace(token)

    def check_near_misses(self, naming: Naming) -> None:
        """Raise TemplateError for names in a foreign action that look like a namespace of ours."""
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
                f".{name}: .Item is available only inside foreach",
                token.offset,
                "add foreach: LIST to the resource, or use .Vars",
            )
        known = ", ".join(f".{namespace}" for namespace in self._known)
        return self._source.error(
            f".{name} is not available here, only {known}",
            token.offset,
            "write .Vars.NAME, or text outside the braces",
            f".{meant}" if meant else "",
        )
