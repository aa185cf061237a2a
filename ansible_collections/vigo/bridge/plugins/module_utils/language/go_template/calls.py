# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the arguments of a call suit the function."""

from __future__ import annotations

from typing import Any, List, Optional

from . import values
from .errors import Fault
from .functions import ANY, INTEGER, STRING, FunctionSpec
from .helpers import as_text
from .tree import Literal, Nil, Operand
from .values import Missing, kind_of, type_name

Arguments = List[Any]

_PRINT = "`print` makes a text of it"


def check_count(name: str, spec: FunctionSpec, count: int) -> None:
    """Raises ``Fault`` when a function gets too few or too many arguments."""
    wanted = len(spec.fixed)
    if spec.rest is None and count != wanted:
        raise Fault(f"wrong number of args for {name}: want {wanted} got {count}", "")
    if count < wanted:
        raise Fault(f"wrong number of args for {name}: want at least {wanted} got {count}", "")


def converted(spec: FunctionSpec, position: int, value: Any, operand: Optional[Operand]) -> Any:
    """An argument as the parameter at ``position`` takes it; raises ``Fault``.

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
                "give it a whole number; `int` makes one of a text",
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
