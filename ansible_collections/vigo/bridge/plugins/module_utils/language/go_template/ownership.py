# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Separates our actions in a text from those for the program that reads the rendered text.

An action is ours when it names one of our namespaces, or a dot or variable bound from one, or
is made of literals only. A block whose head is not ours is verbatim to its ``end``; inside our
``range`` and ``with``, and inside our definitions, every chain is ours.
"""

from __future__ import annotations

from typing import Dict, Iterable, List, Optional, Set, Tuple, Union, cast

from ...common.dataclass import dataclass
from .errors import Source, TemplateError
from .lexer import Action, Part, Piece, Unreadable, parts_of
from .naming import Mistakes, Naming, known_namespaces, naming_of, template_name
from .parser import parse_pieces, without_end
from .tree import Variables


@dataclass(frozen=True)
class ActionFacts:
    """``is_head`` says that the action opens a block that has an ``end``, ``names_us`` that it
    names one of our namespaces."""

    action: Action
    naming: Naming
    is_head: bool
    names_us: bool


def our_templates(actions: Iterable[ActionFacts]) -> Set[str]:
    """Return the names of the definitions that are ours.

    These are the definitions whose body, or a call of them, names one of our namespaces; those that
    a definition of ours calls; and those that hold nothing foreign and are called without an
    argument.
    """
    survey = _Survey()
    for facts in actions:
        survey.see(facts)
    return survey.ours()


class _Survey:
    def __init__(self) -> None:
        self._ours: Set[str] = set()
        self._callers: Dict[str, List[str]] = {}
        self._holds_foreign: Dict[str, bool] = {}
        self._called_plainly: Set[str] = set()
        # For each open block: the definition that it is in, or that it is itself.
        self._inside: List[Optional[str]] = [None]

    def see(self, facts: ActionFacts) -> None:
        """Record the next action of the text."""
        action, naming = facts.action, facts.naming
        definition = self._inside[-1]
        if facts.is_head:
            is_definition = action.keyword in ("block", "define")
            name = template_name(action) if is_definition else definition
            self._inside.append(name)
            if is_definition and name is not None:
                self._holds_foreign.setdefault(name, False)
                if facts.names_us:
                    self._ours.add(name)
        elif action.keyword == "end" and len(self._inside) > 1:
            self._inside.pop()
        elif action.keyword == "template":
            self._see_call(template_name(action), facts)
        if definition is not None:
            if facts.names_us:
                self._ours.add(definition)
            if naming.has_chain or naming.has_unknown_function:
                self._holds_foreign[definition] = True

    def _see_call(self, called: str, facts: ActionFacts) -> None:
        definition = self._inside[-1]
        if facts.names_us:
            self._ours.add(called)
        if not facts.naming.has_chain:
            self._called_plainly.add(called)
        if definition is not None:
            self._callers.setdefault(called, []).append(definition)

    def ours(self) -> Set[str]:
        ours = set(self._ours)
        ours.update(n for n in self._called_plainly if not self._holds_foreign.get(n, True))
        pending = list(ours)
        while pending:
            for caller in self._callers.get(pending.pop(), ()):
                if caller not in ours:
                    ours.add(caller)
                    pending.append(caller)
        return ours


_OPENERS = ("if", "with", "range", "block", "define")


@dataclass(frozen=True)
class Span:
    """A stretch of the template's text: character offsets, and the place where it begins."""

    start: int
    end: int
    line: int
    column: int
    text: str


@dataclass(frozen=True)
class Sorted:
    """A text in which only our actions are actions, and the positions of the others."""

    pieces: Tuple[Piece, ...]
    foreign: Tuple[Span, ...]


def sort_actions(source: Source, foreach: bool) -> Sorted:
    """Separate our actions from foreign ones. Raise ``TemplateError`` for near misses."""
    return _Sorter(source, list(parts_of(source.text)), foreach).sort()


@dataclass(frozen=True)
class _Context:
    """The state of the walk: whether the dot, or every chain, is ours, and whether it is in a
    range.
    """

    dot_is_ours: bool
    in_range: bool
    in_definition: bool


@dataclass(frozen=True)
class _Block:
    kind: str
    outside: _Context
    mark: int


class _Sorter:
    def __init__(self, source: Source, parts: List[Part], foreach: bool) -> None:
        self._source = source
        self._parts = parts
        self._known = known_namespaces(foreach)
        self._mistakes = Mistakes(source, foreach)
        self._naming: Dict[int, Naming] = {
            index: naming_of(part)
            for index, part in enumerate(parts)
            if isinstance(part, Action) and not part.is_comment
        }
        self._partner = _partners(parts)
        self._ours: Set[int] = set()
        self._scope: Variables[None] = Variables()
        self._our_templates = self._templates_that_are_ours()
        self._definitions: List[int] = []
        self._calls: List[int] = []

    def sort(self) -> Sorted:
        self._walk(0, len(self._parts), _Context(False, False, False))
        self._walk_definitions()
        for index in self._calls:
            if self._template_at(index) in self._our_templates:
                self._ours.add(index)
            else:
                self._mistakes.check_near_misses(self._naming[index])
        return self._sorted()

    def _walk(self, start: int, end: int, context: _Context) -> None:
        blocks: List[_Block] = []
        index = start
        while index < end:
            part = self._parts[index]
            following = index + 1
            if isinstance(part, Unreadable):
                self._mistakes.check_unreadable(part)
            elif isinstance(part, Action):
                if part.is_comment:
                    self._ours.add(index)
                elif part.keyword in ("end", "else"):
                    if blocks:
                        self._ours.add(index)
                        context = self._leave(blocks, part, index, context)
                elif part.keyword in ("break", "continue"):
                    if context.in_range:
                        self._ours.add(index)
                elif self._opens(index):
                    following, context = self._enter(blocks, index, context)
                else:
                    self._single(index, part, context)
            index = following

    # Blocks

    def _opens(self, index: int) -> bool:
        part = self._parts[index]
        return isinstance(part, Action) and part.keyword in _OPENERS and len(part.tokens) > 2

    def _enter(self, blocks: List[_Block], index: int, context: _Context) -> Tuple[int, _Context]:
        """Return the index and context after a block's head: its body if it is ours, else what
        follows it.
        """
        action = cast(Action, self._parts[index])
        keyword = action.keyword
        partner = self._partner.get(index)
        if keyword == "define":
            if partner is None:
                return index + 1, context
            self._definitions.append(index)
            return partner + 1, context
        is_ours = self._is_ours(index, context) or (
            keyword == "block" and self._template_at(index) in self._our_templates
        )
        if not is_ours:
            self._mistakes.check_near_misses(self._naming[index])
            return (index if partner is None else partner) + 1, context
        if partner is None:
            raise without_end(self._source, keyword, action.start)
        self._ours.add(index)
        self._check_roots(index, context)
        blocks.append(_Block(keyword, context, self._scope.mark()))
        self._declare(index)
        if keyword == "if":
            return index + 1, context
        return index + 1, _Context(
            True, context.in_range or keyword == "range", context.in_definition
        )

    def _leave(
        self, blocks: List[_Block], action: Action, index: int, context: _Context
    ) -> _Context:
        """Return the context after an ``else`` or ``end`` of our innermost block."""
        block = blocks[-1]
        if action.keyword == "else":
            self._check_roots(index, block.outside)
            self._declare(index)
            return block.outside
        blocks.pop()
        self._scope.forget_since(block.mark)
        return block.outside

    def _check_roots(self, index: int, context: _Context) -> None:
        naming = self._naming[index]
        if not context.dot_is_ours:
            self._mistakes.check_roots(naming.roots)
        if not context.in_definition:
            self._mistakes.check_roots(naming.dollar_roots)

    def _declare(self, index: int) -> None:
        for name in self._naming[index].declared:
            self._scope.declare(name, None)

    # Single actions

    def _single(self, index: int, action: Action, context: _Context) -> None:
        if action.keyword == "template":
            if self._is_ours(index, context) and self._naming[index].has_chain:
                self._our_templates.add(self._template_at(index))
                self._check_roots(index, context)
            self._calls.append(index)
            return
        if not self._is_ours(index, context):
            self._mistakes.check_near_misses(self._naming[index])
            return
        self._ours.add(index)
        self._check_roots(index, context)
        self._declare(index)

    def _is_ours(self, index: int, context: _Context) -> bool:
        naming = self._naming[index]
        if context.dot_is_ours and naming.has_chain:
            return True
        if self._names_us(index):
            return True
        if any(self._scope.knows(name) for name in naming.variables):
            return True
        return naming.is_literal_only and self._is_meant_literally(index)

    def _names_us(self, index: int) -> bool:
        naming = self._naming[index]
        return any(token.text[1:] in self._known for token in naming.roots + naming.dollar_roots)

    def _is_meant_literally(self, index: int) -> bool:
        """Return whether an action is a literal of Go: not in ``${{ true }}``, nor a literal of
        other languages.
        """
        action = cast(Action, self._parts[index])
        if self._source.text[action.start - 1 : action.start] == "$" and action.start:
            return False
        if action.keyword:
            return True
        try:
            parse_pieces([action], self._source, extensions=True)
        except TemplateError:
            return False
        return True

    # Definitions

    def _templates_that_are_ours(self) -> Set[str]:
        actions = [part for part in self._parts if isinstance(part, Action)]
        if not any(action.keyword in ("block", "define", "template") for action in actions):
            return set()
        return our_templates(
            ActionFacts(part, self._naming[index], index in self._partner, self._names_us(index))
            for index, part in enumerate(self._parts)
            if isinstance(part, Action) and not part.is_comment
        )

    def _walk_definitions(self) -> None:
        """Walk the bodies of our definitions; each may call further ones, which are then ours."""
        pending = self._definitions
        while True:
            ready = [i for i in pending if self._template_at(i) in self._our_templates]
            pending = [i for i in pending if self._template_at(i) not in self._our_templates]
            if not ready:
                return
            self._definitions = []
            for index in ready:
                partner = self._partner[index]
                self._ours.update((index, partner))
                self._scope = Variables()
                self._walk(index + 1, partner, _Context(True, False, True))
            pending += self._definitions

    def _template_at(self, index: int) -> str:
        action = cast(Action, self._parts[index])
        return template_name(action)

    # The result

    def _sorted(self) -> Sorted:
        text = self._source.text
        pieces: List[Piece] = []
        foreign: List[Span] = []
        index = 0
        while index < len(self._parts):
            part = self._parts[index]
            if isinstance(part, str) or index in self._ours:
                pieces.append(cast(Piece, part))
                index += 1
                continue
            last = index
            partner = self._partner.get(index)
            if partner is not None:
                last = partner
            end_part = cast(Union[Action, Unreadable], self._parts[last])
            pieces.append(text[part.start : end_part.end])
            if isinstance(end_part, Action) or end_part.is_closed:
                foreign.append(self._span(part.start, end_part.end))
            index = last + 1
        return Sorted(tuple(pieces), tuple(foreign))

    def _span(self, start: int, end: int) -> Span:
        line, column = self._source.place(start)
        return Span(start, end, line, column, self._source.text[start:end])


def _partners(parts: List[Part]) -> Dict[int, int]:
    """Return, for each head of a block, the index of its ``end``; heads without one are left
    out.
    """
    partner: Dict[int, int] = {}
    open_heads: List[int] = []
    for index, part in enumerate(parts):
        if not isinstance(part, Action):
            continue
        if part.keyword in _OPENERS and len(part.tokens) > 2:
            open_heads.append(index)
        elif part.keyword == "end" and open_heads:
            partner[open_heads.pop()] = index
    return partner
