# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluates pipelines, commands and operands."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Tuple, Type

from .calls import Arguments, check_count, converted
from .errors import BEGIN_WITH_FUNCTION, NAME_A_KEY, SET_BEFORE, Fault
from .functions import FUNCTIONS
from .lookup import Lookup
from .steps import Steps, steps_to_touch
from .strconv import MAX_INT
from .tree import Chain, Command, Dot, Field, Function, Literal, Nil, Operand, Pipeline, Variable
from .values import NOTHING, truth
from .variables import UNDEFINED, Variables

_NOTHING_PIPED: Any = object()
"""Stands for the value that the first command of a pipeline does not get."""

_NO_ARGUMENTS: Tuple[Operand, ...] = ()


class Evaluator:
    """Knows the variables and, for error messages, the offset of what it evaluates. All its
    methods raise ``Fault``; ``at`` is then the place."""

    def __init__(self, root: Any, lookup: Lookup, steps: Steps) -> None:
        self.variables = Variables(root)
        self.at = 0
        self._lookup = lookup
        self._steps = steps

    def pipeline(self, pipeline: Pipeline, dot: Any) -> Any:
        """The value of the last command, after the pipeline's variables have got it."""
        value = _NOTHING_PIPED
        for command in pipeline.commands:
            value = self._command(command, dot, value)
            if value is None:
                value = NOTHING
        for name in pipeline.variables:
            if not pipeline.assigns:
                self.variables.declare(name, value)
            elif not self.variables.assign(name, value):
                self.at = pipeline.offset
                raise Fault(f"undefined variable: {name}", SET_BEFORE)
        return value

    def _command(self, command: Command, dot: Any, final: Any) -> Any:
        first = command.operands[0]
        kind = type(first)
        if kind is Function:
            return self._function(first, command.operands[1:], dot, final)
        has_arguments = len(command.operands) > 1 or final is not _NOTHING_PIPED
        if kind is Nil:
            self.at = first.offset
            raise Fault("nil is not a command", BEGIN_WITH_FUNCTION)
        if has_arguments and not getattr(first, "names", ()):
            self.at = first.offset
            raise Fault("can't give argument to non-function", BEGIN_WITH_FUNCTION)
        return self._operand(first, dot, has_arguments)

    def _operand(self, operand: Operand, dot: Any, has_arguments: bool = False) -> Any:
        return _OPERANDS[type(operand)](self, operand, dot, has_arguments)

    def _literal(self, operand: Literal, _dot: Any, _has_arguments: bool) -> Any:
        value = operand.value
        if isinstance(value, int) and value > MAX_INT:
            self.at = operand.offset
            raise Fault(f"{operand.written} overflows int", "write a smaller number")
        return value

    def _nil(self, _operand: Nil, _dot: Any, _has_arguments: bool) -> Any:
        return None

    def _dot(self, _operand: Dot, dot: Any, _has_arguments: bool) -> Any:
        return dot

    def _field(self, operand: Field, dot: Any, has_arguments: bool) -> Any:
        return self._chained(dot, operand.names, operand.offset, has_arguments)

    def _variable(self, operand: Variable, _dot: Any, has_arguments: bool) -> Any:
        self.at = operand.offset
        value = self.variables.value(operand.name)
        if value is UNDEFINED:
            raise Fault(f"undefined variable: {operand.name}", SET_BEFORE)
        return self._chained(value, operand.names, operand.offset, has_arguments)

    def _chain(self, operand: Chain, dot: Any, has_arguments: bool) -> Any:
        self.at = operand.offset
        if isinstance(operand.operand, Nil):
            raise Fault("indirection through explicit nil", NAME_A_KEY)
        value = self._operand(operand.operand, dot)
        return self._chained(value, operand.names, operand.offset, has_arguments)

    def _parenthesized(self, operand: Pipeline, dot: Any, _has_arguments: bool) -> Any:
        return self.pipeline(operand, dot)

    def _bare_function(self, operand: Function, dot: Any, _has_arguments: bool) -> Any:
        return self._function(operand, _NO_ARGUMENTS, dot, _NOTHING_PIPED)

    def _chained(self, value: Any, names: Tuple[str, ...], offset: int, has_arguments: bool) -> Any:
        self.at = offset
        last = len(names) - 1
        for index, name in enumerate(names):
            value = self._lookup.field(value, name, has_arguments and index == last)
        return value

    def _function(self, function: Any, operands: Tuple[Operand, ...], dot: Any, final: Any) -> Any:
        self.at = function.offset
        name = function.name
        spec = FUNCTIONS[name]
        check_count(name, spec, len(operands) + (final is not _NOTHING_PIPED))
        if name == "and" or name == "or":
            return self._and_or(name == "or", operands, dot, final)
        arguments: Arguments = []
        for position, operand in enumerate(operands):
            value = self._operand(operand, dot)
            self.at = operand.offset
            arguments.append(converted(spec, position, value, operand))
        self.at = function.offset
        if final is not _NOTHING_PIPED:
            arguments.append(converted(spec, len(arguments), final, None))
        self._lookup.check_arguments(name, spec, arguments)
        self._steps.take(1 + spec.steps(arguments))
        value = spec.call(*arguments)
        self._steps.take(steps_to_touch((value,)))
        return value

    def _and_or(self, wanted: bool, operands: Tuple[Operand, ...], dot: Any, final: Any) -> Any:
        value = final
        for operand in operands:
            value = self._operand(operand, dot)
            if truth(value) == wanted:
                return value
        return value if final is _NOTHING_PIPED else final


_OPERANDS: Mapping[Type[Any], Callable[[Evaluator, Any, Any, bool], Any]] = {
    Literal: Evaluator._literal,
    Nil: Evaluator._nil,
    Dot: Evaluator._dot,
    Field: Evaluator._field,
    Variable: Evaluator._variable,
    Chain: Evaluator._chain,
    Pipeline: Evaluator._parenthesized,
    Function: Evaluator._bare_function,
}
