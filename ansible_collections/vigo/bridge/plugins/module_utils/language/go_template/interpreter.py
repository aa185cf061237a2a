# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a template's tree, by the rules of Go's text/template."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Optional, Tuple

from . import values
from .errors import SIMPLER, Fault
from .evaluator import Evaluator
from .limits import CHARACTERS_PER_STEP, MAX_DEPTH
from .lookup import Lookup
from .printing import printed
from .sink import Sink
from .source import Source
from .steps import Steps, steps_to_walk
from .tree import Body, Break, Call, Continue, If, Output, Pipeline, Range, Text, Tree, With
from .values import NOTHING, kind_of, sorted_keys, truth, type_name
from .variables import Variables


def render_tree(tree: Tree, source: Source, root: Any, lookup: Lookup) -> str:
    """The text that a template makes of the value ``root``; raises ``TemplateError``."""
    rendering = _Rendering(tree, root, lookup)
    try:
        return rendering.text()
    except Fault as fault:
        raise source.locate(fault, rendering.offset, "render") from fault
    except RecursionError:
        raise source.error("nested too deeply", rendering.offset, SIMPLER, stage="render") from None


class _Rendering:
    def __init__(self, tree: Tree, root: Any, lookup: Lookup) -> None:
        self._tree = tree
        self._root = root
        self._lookup = lookup
        self._steps = Steps()
        self._evaluator = Evaluator(root, lookup, self._steps)
        self._sink = Sink()
        self._depth = 0

    @property
    def offset(self) -> int:
        """The place in the template that is being rendered."""
        return self._evaluator.at

    def text(self) -> str:
        self._body(self._tree.body, self._root)
        return self._sink.text()

    def _body(self, body: Body, dot: Any) -> Optional[type]:
        """Renders nodes; returns ``Break`` or ``Continue`` when one of those ended it."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Fault(f"blocks and templates nested more than {MAX_DEPTH} deep", SIMPLER)
        self._steps.take(len(body) + 1)
        jump: Optional[type] = None
        node: Any
        for node in body:
            kind = type(node)
            if kind is Text:
                self._sink.write(node.text)
            elif kind is Output:
                self._output(node.pipeline, dot)
            elif kind is Break or kind is Continue:
                jump = kind
            else:
                jump = _BLOCKS[kind](self, node, dot)
            if jump is not None:
                break
        self._depth -= 1
        return jump

    def _output(self, pipeline: Pipeline, dot: Any) -> None:
        value = self._evaluator.pipeline(pipeline, dot)
        if pipeline.variables:
            return
        self._evaluator.at = pipeline.offset
        kind = kind_of(value)
        if kind is values.NIL:
            self._sink.write(self._lookup.shown_nothing(value))
            return
        if kind in (values.LIST, values.MAP):
            self._steps.take(steps_to_walk([value]))
        self._sink.write(printed(value))

    def _if(self, node: If, dot: Any) -> Optional[type]:
        mark = self._evaluator.variables.mark()
        jump: Optional[type] = None
        for branch in node.branches:
            if truth(self._evaluator.pipeline(branch.condition, dot)):
                jump = self._body(branch.body, dot)
                break
        else:
            if node.otherwise is not None:
                jump = self._body(node.otherwise, dot)
        self._evaluator.variables.forget_since(mark)
        return jump

    def _with(self, node: With, dot: Any) -> Optional[type]:
        mark = self._evaluator.variables.mark()
        jump: Optional[type] = None
        value = self._evaluator.pipeline(node.pipeline, dot)
        if truth(value):
            jump = self._body(node.body, value)
        elif node.otherwise is not None:
            jump = self._body(node.otherwise, dot)
        self._evaluator.variables.forget_since(mark)
        return jump

    def _range(self, node: Range, dot: Any) -> Optional[type]:
        mark = self._evaluator.variables.mark()
        value = self._evaluator.pipeline(node.pipeline, dot)
        jump: Optional[type] = None
        turns = self._turns(value, node)
        if turns:
            self._turn(turns, node)
        elif node.otherwise is not None:
            jump = self._body(node.otherwise, dot)
        self._evaluator.variables.forget_since(mark)
        return jump

    def _turns(self, value: Any, node: Range) -> List[Tuple[Any, Any]]:
        """The index or key, and the element, of each turn."""
        kind = kind_of(value)
        if kind is values.LIST:
            self._steps.take(len(value) // CHARACTERS_PER_STEP)
            return list(enumerate(value))
        if kind is values.MAP:
            self._steps.take(len(value))
            return [(key, value[key]) for key in sorted_keys(value)]
        if kind is values.NIL:
            return []
        self._evaluator.at = node.offset
        raise Fault(
            f"range can't iterate over a value of type {type_name(value)}",
            "give it a list or a mapping",
        )

    def _turn(self, turns: List[Tuple[Any, Any]], node: Range) -> None:
        names = node.pipeline.variables
        mark = self._evaluator.variables.mark()
        for index, element in turns:
            if names:
                self._evaluator.variables.assign(names[-1], element)
                if len(names) > 1:
                    self._evaluator.variables.assign(names[0], index)
            jump = self._body(node.body, element)
            self._evaluator.variables.forget_since(mark)
            if jump is Break:
                break

    def _call(self, node: Call, dot: Any) -> Optional[type]:
        self._evaluator.at = node.offset
        body = self._tree.definitions.get(node.name)
        if body is None:
            raise Fault(
                f'template "{node.name}" not defined', 'define it: {{define "NAME"}}...{{end}}'
            )
        argument = (
            NOTHING if node.pipeline is None else self._evaluator.pipeline(node.pipeline, dot)
        )
        outer, self._evaluator.variables = self._evaluator.variables, Variables(argument)
        self._body(body, argument)
        self._evaluator.variables = outer
        return None


_BLOCKS: Mapping[type, Callable[[_Rendering, Any, Any], Optional[type]]] = {
    If: _Rendering._if,
    With: _Rendering._with,
    Range: _Rendering._range,
    Call: _Rendering._call,
}
