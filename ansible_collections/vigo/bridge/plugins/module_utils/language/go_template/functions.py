# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions that a template can call, by name, and what arguments they take."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ...common.dataclass import dataclass
from . import builtins, helpers, printing, values
from .errors import Fault
from .helpers import as_text
from .limits import steps_to_touch, steps_to_walk
from .tree import Literal, Nil, Operand
from .values import Missing, kind_of, type_name

ANY = "any"
"""A parameter that takes every value."""

STRING = "string"
"""A parameter that takes a text only, as Go's typed parameters do."""

TEXT = "text"
"""A parameter of a helper: takes every scalar, and gets its printed text."""

INTEGER = "int"


@dataclass(frozen=True)
class FunctionSpec:
    """``fixed`` parameters come first; ``rest`` is the kind of any number of further ones.

    ``accepts_missing`` says that the function accepts missing values; others refuse them rather
    than write ``<no value>``. ``steps`` returns how much work the arguments cause.
    """

    call: Callable[..., Any]
    fixed: Tuple[str, ...]
    rest: Optional[str] = None
    is_extension: bool = False
    accepts_missing: bool = False
    steps: Callable[[Sequence[Any]], int] = steps_to_touch


def _printer(call: Callable[..., Any], *fixed: str, rest: Optional[str] = None) -> FunctionSpec:
    return FunctionSpec(call, fixed, rest, steps=steps_to_walk)


def _formatter(call: Callable[..., Any], *fixed: str, rest: Optional[str] = None) -> FunctionSpec:
    return FunctionSpec(call, fixed, rest, steps=_steps_to_format)


def _steps_to_format(arguments: Sequence[Any]) -> int:
    """Return the steps of formatting: each directive may show the largest argument again."""
    form: str
    form, *shown = arguments
    return (form.count("%") + 1) * (1 + steps_to_walk(shown))


def _logic(call: Callable[..., Any], *fixed: str, rest: Optional[str] = None) -> FunctionSpec:
    return FunctionSpec(call, fixed, rest, accepts_missing=True)


def _helper(call: Callable[..., Any], *fixed: str, rest: Optional[str] = None) -> FunctionSpec:
    return FunctionSpec(call, fixed, rest, is_extension=True)


def _writer(call: Callable[..., Any], *fixed: str) -> FunctionSpec:
    return FunctionSpec(call, fixed, is_extension=True, steps=steps_to_walk)


def _choice(call: Callable[..., Any], *fixed: str, rest: Optional[str] = None) -> FunctionSpec:
    return FunctionSpec(call, fixed, rest, is_extension=True, accepts_missing=True)


def _last_true(*_arguments: Any) -> Any:
    raise AssertionError("the interpreter evaluates and, or itself")


FUNCTIONS: Dict[str, FunctionSpec] = {
    "and": _logic(_last_true, ANY, rest=ANY),
    "or": _logic(_last_true, ANY, rest=ANY),
    "not": _logic(builtins.is_false, ANY),
    "eq": _logic(builtins.is_equal, ANY, rest=ANY),
    "ne": _logic(builtins.is_not_equal, ANY, ANY),
    "lt": _logic(builtins.is_less, ANY, ANY),
    "le": _logic(builtins.is_less_or_equal, ANY, ANY),
    "gt": _logic(builtins.is_greater, ANY, ANY),
    "ge": _logic(builtins.is_greater_or_equal, ANY, ANY),
    "len": _logic(builtins.length_of, ANY),
    "index": _logic(builtins.index, ANY, rest=ANY),
    "slice": _logic(builtins.slice_of, ANY, rest=ANY),
    "call": _logic(builtins.refuse_call, ANY, rest=ANY),
    "print": _printer(printing.print_all, rest=ANY),
    "println": _printer(printing.print_line, rest=ANY),
    "printf": _formatter(printing.print_formatted, STRING, rest=ANY),
    "html": _printer(builtins.as_html, rest=ANY),
    "js": _printer(builtins.as_javascript, rest=ANY),
    "urlquery": _printer(builtins.as_url_query, rest=ANY),
    "default": _choice(helpers.default, ANY, rest=ANY),
    "coalesce": _choice(helpers.coalesce, rest=ANY),
    "ternary": _choice(helpers.ternary, ANY, ANY, ANY),
    "upper": _helper(helpers.upper, TEXT),
    "lower": _helper(helpers.lower, TEXT),
    "title": _helper(helpers.title, TEXT),
    "trim": _helper(helpers.trim, TEXT),
    "replace": _helper(helpers.replace, TEXT, TEXT, TEXT),
    "contains": _helper(helpers.contains, TEXT, TEXT),
    "hasPrefix": _helper(helpers.has_prefix, TEXT, TEXT),
    "hasSuffix": _helper(helpers.has_suffix, TEXT, TEXT),
    "split": _helper(helpers.split, TEXT, TEXT),
    "join": _writer(helpers.join, TEXT, ANY),
    "quote": _helper(helpers.quote, rest=ANY),
    "indent": _helper(helpers.indent, INTEGER, TEXT),
    "nindent": _helper(helpers.nindent, INTEGER, TEXT),
    "int": _helper(helpers.to_integer, ANY),
    "b64enc": _helper(helpers.encode_base64, TEXT),
    "b64dec": _helper(helpers.decode_base64, TEXT),
    "toJson": _writer(helpers.to_json, ANY),
    "toYaml": _writer(helpers.to_yaml, ANY),
}


Arguments = List[Any]

_PRINT = "convert it to a string with `print`"


def check_count(name: str, spec: FunctionSpec, count: int) -> None:
    """Raise ``Fault`` when a function gets too few or too many arguments."""
    wanted = len(spec.fixed)
    if spec.rest is None and count != wanted:
        raise Fault(f"wrong number of args for {name}: want {wanted} got {count}", "")
    if count < wanted:
        raise Fault(f"wrong number of args for {name}: want at least {wanted} got {count}", "")


def converted(spec: FunctionSpec, position: int, value: Any, operand: Optional[Operand]) -> Any:
    """Return an argument as the type of the parameter at ``position``. Raise ``Fault``.

    ``operand`` is how the argument is written, or None when it comes from the pipeline.
    """
    parameter = spec.fixed[position] if position < len(spec.fixed) else spec.rest
    if parameter == ANY:
        return value
    kind = kind_of(value)
    if parameter == STRING:
        return _typed_string(value, kind, operand)
    if isinstance(value, Missing) and value.key:
        return value
    if parameter == INTEGER:
        if kind not in (values.INT, values.UINT):
            raise Fault(
                f"wrong type for value; expected int; got {type_name(value)}",
                "use an integer; convert a string with `int`",
            )
        return value
    return as_text(value)


def _typed_string(value: Any, kind: str, operand: Optional[Operand]) -> Any:
    if kind is values.STRING:
        return value
    if isinstance(operand, Literal):
        raise Fault(f"expected string; found {operand.written}", _PRINT)
    if isinstance(operand, Nil):
        raise Fault("cannot assign nil to string", _PRINT)
    if kind is values.NIL:
        raise Fault("invalid value; expected string", _PRINT)
    raise Fault(f"wrong type for value; expected string; got {type_name(value)}", _PRINT)
