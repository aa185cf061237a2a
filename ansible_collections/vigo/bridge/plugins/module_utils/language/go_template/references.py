# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds which variables and traits a template names, and to which functions their values are
passed.

Only the tree is used, before any value is known: the walk follows each value from the chain that
names it through dots, variables, functions and template calls.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, Set, Tuple, cast

from ...common.dataclass import dataclass
from .errors import Source
from .tree import (
    Body,
    Call,
    Chain,
    Command,
    Dot,
    Field,
    Function,
    If,
    Literal,
    Operand,
    Output,
    Pipeline,
    Range,
    Tree,
    Variable,
    Variables,
    With,
)

ELEMENT = "*"
"""Stands in a chain for any element of a list or map."""

Path = Optional[Tuple[str, ...]]

_LONGEST_PATH = 16
_MOST_PATHS = 8
_NAMESPACES = ("Vars", "Traits", "Item")


@dataclass(frozen=True)
class Reference:
    """One place where a template names a value of a namespace.

    ``chain`` is ``("Vars", "redis_port")``, ``("Traits", "os", "family")``, ``("Item",)``; the
    elements that a range runs over are ``"*"``. ``.Each`` is reported as ``Item``. ``functions``
    are those that get the value, or a result made of it, in alphabetical order.
    """

    chain: Tuple[str, ...]
    offset: int
    line: int
    column: int
    functions: Tuple[str, ...]


@dataclass(frozen=True)
class Usage:
    """The references of a template in the order of its text, and the functions it applies."""

    references: Tuple[Reference, ...]
    functions: Tuple[str, ...]


def usage_of(tree: Tree, source: Source) -> Usage:
    """Return the names and functions that a template uses."""
    walk = _Walk(tree)
    walk.run()
    _spread_functions(walk.flows)
    references = []
    for (chain, offset), flow in sorted(walk.named.items(), key=lambda item: item[0][::-1]):
        line, column = source.place(offset)
        functions = tuple(sorted(flow.functions))
        references.append(Reference(chain, offset, line, column, functions))
    return Usage(tuple(references), tuple(walk.functions))


class _Flow:
    """A node of the flow of values: a chain, a variable, a function, a definition's dot."""

    def __init__(self) -> None:
        self.functions: Set[str] = set()
        self.sources: List[_Flow] = []


@dataclass(frozen=True)
class _Value:
    """The origin of a value: its path from the root, if known, and its flow."""

    path: Path
    flow: _Flow


def _spread_functions(flows: Iterable[_Flow]) -> None:
    """Give every flow the functions of all flows that it leads into."""
    pending = [flow for flow in flows if flow.functions]
    while pending:
        flow = pending.pop()
        for source in flow.sources:
            if not flow.functions <= source.functions:
                source.functions |= flow.functions
                pending.append(source)


class _Walk:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.flows: List[_Flow] = []
        self.named: Dict[Tuple[Tuple[str, ...], int], _Flow] = {}
        self.functions: Dict[str, None] = {}
        self._parameters: Dict[str, Dict[Path, _Flow]] = {}
        self._pending: List[Tuple[str, _Value]] = []
        self._variables: Variables[_Value] = Variables()

    def run(self) -> None:
        self._definition(self._tree.body, _Value((), self._flow()))
        self._run_pending()
        for name in self._tree.definitions:
            if name not in self._parameters:
                self._call_definition(name, _Value(None, self._flow()))
        self._run_pending()

    def _run_pending(self) -> None:
        while self._pending:
            name, dot = self._pending.pop()
            self._definition(self._tree.definitions[name], dot)

    def _definition(self, body: Body, dot: _Value) -> None:
        self._variables = Variables()
        self._variables.declare("$", dot)
        self._body(body, dot)

    # Nodes

    def _body(self, body: Body, dot: _Value) -> None:
        for node in body:
            if isinstance(node, Output):
                self._pipeline(node.pipeline, dot)
            elif isinstance(node, If):
                self._if(node, dot)
            elif isinstance(node, (With, Range)):
                self._with_or_range(node, dot)
            elif isinstance(node, Call):
                nothing = _Value(None, self._flow())
                value = nothing if node.pipeline is None else self._pipeline(node.pipeline, dot)
                self._call_definition(node.name, value)

    def _if(self, node: If, dot: _Value) -> None:
        mark = self._variables.mark()
        for branch in node.branches:
            self._pipeline(branch.condition, dot)
            self._body(branch.body, dot)
        self._body(node.otherwise or (), dot)
        self._variables.forget_since(mark)

    def _with_or_range(self, node: Any, dot: _Value) -> None:
        mark = self._variables.mark()
        value = self._pipeline(node.pipeline, dot)
        if isinstance(node, Range):
            path = None if value.path is None else (*value.path, ELEMENT)
            value = _Value(path, value.flow)
            if node.pipeline.variables and not node.pipeline.assigns:
                self._variables.assign(node.pipeline.variables[-1], value)
        self._body(node.body, value)
        self._body(node.otherwise or (), dot)
        self._variables.forget_since(mark)

    def _call_definition(self, name: str, value: _Value) -> None:
        if name not in self._tree.definitions:
            return
        known = self._parameters.setdefault(name, {})
        path = value.path
        if path is not None and (len(path) > _LONGEST_PATH or len(known) >= _MOST_PATHS):
            path = None if path not in known else path
        if path not in known:
            known[path] = self._flow()
            self._pending.append((name, _Value(path, known[path])))
        known[path].sources.append(value.flow)

    # Pipelines

    def _pipeline(self, pipeline: Pipeline, dot: _Value) -> _Value:
        value: Optional[_Value] = None
        for command in pipeline.commands:
            value = self._command(command, dot, value)
        result = cast(_Value, value)  # A pipeline has at least one command.
        for name in pipeline.variables:
            self._set(name, result, pipeline.assigns)
        return result

    def _set(self, name: str, value: _Value, assigns: bool) -> None:
        if not assigns:
            self._variables.declare(name, _Value(value.path, self._flow(value.flow)))
        elif self._variables.knows(name):
            # Only rendering decides which of the two values it has.
            flow = self._variables.value(name).flow
            flow.sources.append(value.flow)
            self._variables.assign(name, _Value(None, flow))

    def _command(self, command: Command, dot: _Value, final: Optional[_Value]) -> _Value:
        first = command.operands[0]
        if isinstance(first, Function):
            return self._function(first, command.operands[1:], dot, final)
        return self._operand(first, dot)

    def _function(
        self,
        function: Function,
        operands: Tuple[Operand, ...],
        dot: _Value,
        final: Optional[_Value],
    ) -> _Value:
        self.functions[function.name] = None
        if function.name == "index" and len(operands) > 1 and final is None:
            found = self._static_index(operands, dot)
            if found is not None:
                return found
        values = [self._operand(operand, dot) for operand in operands]
        if final is not None:
            values.append(final)
        flow = self._flow(*(value.flow for value in values))
        flow.functions.add(function.name)
        return _Value(None, flow)

    def _static_index(self, operands: Tuple[Operand, ...], dot: _Value) -> Optional[_Value]:
        """Return ``("Vars", "a-b")``, with no functions applied, for ``index .Vars "a-b"``."""
        names: List[str] = []
        for key in operands[1:]:
            if not isinstance(key, Literal) or not isinstance(key.value, (str, int)):
                return None
            names.append(key.value if isinstance(key.value, str) else ELEMENT)
        first = operands[0]
        if isinstance(first, (Field, Variable)):
            base = self._variable(first.name) if isinstance(first, Variable) else dot
            return self._chained(base, first.names + tuple(names), first.offset)
        if isinstance(first, Dot):
            return self._chained(dot, tuple(names), first.offset)
        return None

    def _operand(self, operand: Operand, dot: _Value) -> _Value:
        if isinstance(operand, Dot):
            return dot
        if isinstance(operand, Field):
            return self._chained(dot, operand.names, operand.offset)
        if isinstance(operand, Variable):
            return self._chained(self._variable(operand.name), operand.names, operand.offset)
        if isinstance(operand, Chain):
            value = self._operand(operand.operand, dot)
            return self._chained(value, operand.names, operand.offset)
        if isinstance(operand, Pipeline):
            return self._pipeline(operand, dot)
        if isinstance(operand, Function):
            return self._function(operand, (), dot, None)
        return _Value(None, self._flow())

    def _variable(self, name: str) -> _Value:
        if self._variables.knows(name):
            return self._variables.value(name)
        return _Value(None, self._flow())

    def _chained(self, base: _Value, names: Tuple[str, ...], offset: int) -> _Value:
        if not names:
            return base
        if base.path is None:
            return _Value(None, base.flow)
        path = base.path + names
        if path[0] == "Each":
            path = ("Item", *path[1:])
        if path[0] not in _NAMESPACES:
            return _Value(None, base.flow)
        flow = self.named.get((path, offset))
        if flow is None:
            flow = self.named[path, offset] = self._flow()
        return _Value(path, flow)

    def _flow(self, *sources: _Flow) -> _Flow:
        flow = _Flow()
        flow.sources.extend(sources)
        self.flows.append(flow)
        return flow
