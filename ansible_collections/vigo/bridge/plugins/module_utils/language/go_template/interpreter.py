# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a template's tree, by the rules of Go's text/template."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Optional, Tuple, Type

from ...common.suggest import nearest
from . import values
from .errors import BEGIN_WITH_FUNCTION, NAME_A_KEY, SET_BEFORE, SIMPLER, Fault, Source
from .functions import FUNCTIONS, Arguments, FunctionSpec, check_count, converted
from .limits import CHARACTERS_PER_STEP, MAX_DEPTH, Sink, Steps, steps_to_touch, steps_to_walk
from .printing import printed
from .strconv import MAX_INT
from .tree import (
    Body,
    Break,
    Call,
    Chain,
    Command,
    Continue,
    Dot,
    Field,
    Function,
    If,
    Literal,
    Nil,
    Operand,
    Output,
    Pipeline,
    Range,
    Text,
    Tree,
    Variable,
    Variables,
    With,
)
from .values import NOTHING, Missing, kind_of, sorted_keys, truth, type_name


def render_tree(tree: Tree, source: Source, root: Any, lookup: Lookup) -> str:
    """Return the text of a template for the value ``root``. Raise ``TemplateError``."""
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
        """Render nodes, and return ``Break`` or ``Continue`` when one of these ended it."""
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
        """Return the index or key, and the element, of each turn."""
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
            "use a list or a mapping",
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
        outer, self._evaluator.variables = self._evaluator.variables, variables_of(argument)
        self._body(body, argument)
        self._evaluator.variables = outer
        return None


_BLOCKS: Mapping[type, Callable[[_Rendering, Any, Any], Optional[type]]] = {
    If: _Rendering._if,
    With: _Rendering._with,
    Range: _Rendering._range,
    Call: _Rendering._call,
}


def variables_of(dot: Any) -> Variables[Any]:
    """Return the variables that a template begins with: ``$`` alone."""
    variables: Variables[Any] = Variables()
    variables.declare("$", dot)
    return variables


_NOTHING_PIPED: Any = object()
"""Stands for the value that the first command of a pipeline does not get."""


_NO_ARGUMENTS: Tuple[Operand, ...] = ()


class Evaluator:
    """Evaluates pipelines with their variables. All methods raise ``Fault``; ``at`` is then the
    offset of the error.
    """

    def __init__(self, root: Any, lookup: Lookup, steps: Steps) -> None:
        self.variables = variables_of(root)
        self.at = 0
        self._lookup = lookup
        self._steps = steps

    def pipeline(self, pipeline: Pipeline, dot: Any) -> Any:
        """Return the value of the last command, after setting the pipeline's variables."""
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
        if not self.variables.knows(operand.name):
            raise Fault(f"undefined variable: {operand.name}", SET_BEFORE)
        value = self.variables.value(operand.name)
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


_ABSENT: Any = object()


_UNDEFINED = {
    "Vars": "correct the name, or define a default in 'vars:'",
    "Traits": "write a trait that exists, such as .Traits.os.family",
}


class Lookup:
    """The values of names, as in Go: a missing key yields nothing, shown as ``<no value>``."""

    def field(self, receiver: Any, name: str, has_arguments: bool) -> Any:
        """Return the value of ``.name`` in a value. Raise ``Fault``."""
        kind = kind_of(receiver)
        if kind is values.MAP:
            if has_arguments:
                raise Fault(
                    f"{name} is not a method but has arguments",
                    "remove the arguments, or start with a function",
                )
            value = receiver.get(name, _ABSENT)
            return self._missing(receiver, name) if value is _ABSENT else value
        if isinstance(receiver, Missing):
            return receiver
        if kind is values.NIL:
            raise Fault(f"nil pointer evaluating interface {{}}.{name}", NAME_A_KEY)
        raise Fault(f"can't evaluate field {name} in type {type_name(receiver)}", NAME_A_KEY)

    def _missing(self, receiver: Mapping[Any, Any], name: str) -> Any:
        return Missing(name, receiver)

    def shown_nothing(self, value: Any) -> str:
        """Return the text that an action shows for nil or a missing value. Raise ``Fault``."""
        return "<no value>"

    def check_arguments(self, name: str, spec: FunctionSpec, arguments: List[Any]) -> None:
        """Raise ``Fault`` for arguments that a function does not accept."""


class StackLookup(Lookup):
    """The stricter rules of a stack: an undefined variable is an error, and so is printing a
    missing value. Keys inside variables may be missing, so that ``if``, ``default`` and similar
    functions can test them.
    """

    def __init__(self, namespaces: Mapping[str, Any]) -> None:
        self.root = dict(namespaces)
        if "Item" in self.root:
            self.root["Each"] = self.root["Item"]

    def _missing(self, receiver: Mapping[Any, Any], name: str) -> Any:
        if receiver is self.root:
            raise _unknown(
                f"unknown name .{name}",
                "write .Vars.NAME, or text outside the braces",
                name,
                receiver,
            )
        for namespace in ("Vars", "Traits"):
            if receiver is self.root.get(namespace):
                what = "variable" if namespace == "Vars" else "trait"
                prefix = f".{namespace}"
                message = f"undefined {what} {prefix}.{name}"
                raise _unknown(message, _UNDEFINED[namespace], name, receiver, prefix)
        return Missing(name, receiver)

    def shown_nothing(self, value: Any) -> str:
        if isinstance(value, Missing) and value.key:
            raise self._nothing_there(value)
        raise Fault(
            "the value is null, so there is nothing to show",
            'define a value, or append | default "..."',
        )

    def check_arguments(self, name: str, spec: FunctionSpec, arguments: List[Any]) -> None:
        if name == "index" and len(arguments) > 1 and kind_of(arguments[0]) is values.MAP:
            # Names that a chain cannot contain are written index .Vars "a-b".
            item, key = arguments[0], arguments[1]
            if kind_of(key) is values.STRING and key not in item:
                self._missing(item, key)
        if not spec.accepts_missing:
            for argument in arguments:
                if isinstance(argument, Missing) and argument.key:
                    raise self._nothing_there(argument)

    def _nothing_there(self, missing: Missing) -> Fault:
        return _unknown(
            f'there is no key "{missing.key}"',
            "add the key where the variable is set",
            missing.key,
            missing.among,
        )


def _unknown(
    message: str, advice: str, name: str, among: Mapping[Any, Any], prefix: str = ""
) -> Fault:
    near = nearest(name, (key for key in among if isinstance(key, str)))
    return Fault(message, advice, f"{prefix}.{near}" if near else "")
