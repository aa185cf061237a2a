# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a name in a chain stands for, and what happens where there is no such name."""

from __future__ import annotations

from typing import Any, List, Mapping, Protocol

from ...common.suggest import nearest
from . import values
from .errors import NAME_A_KEY, Fault
from .functions import FunctionSpec
from .values import Missing, kind_of, type_name

_ABSENT: Any = object()
_UNDEFINED = {
    "Vars": "correct it, or give it a default in 'vars:'",
    "Traits": "write a trait that exists, such as .Traits.os.family",
}


class Lookup(Protocol):
    """How strictly a template treats names that are not there."""

    def field(self, receiver: Any, name: str, has_arguments: bool) -> Any:
        """The value of ``.name`` in a value; raises ``Fault``."""

    def shown_nothing(self, value: Any) -> str:
        """What an action shows whose value is nil or missing; raises ``Fault``."""

    def check_arguments(self, name: str, spec: FunctionSpec, arguments: List[Any]) -> None:
        """Raises ``Fault`` when a function should not get these arguments."""


class GoLookup:
    """As Go does it: a missing key yields nothing, which shows as ``<no value>``."""

    def field(self, receiver: Any, name: str, has_arguments: bool) -> Any:
        kind = kind_of(receiver)
        if kind is values.MAP:
            if has_arguments:
                raise Fault(
                    f"{name} is not a method but has arguments",
                    "take the arguments out, or begin with a function",
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
        return "<no value>"

    def check_arguments(self, name: str, spec: FunctionSpec, arguments: List[Any]) -> None:
        return None


class StackLookup(GoLookup):
    """As a stack wants it: an undefined variable is an error, and so is showing what is not
    there. Keys inside variables may be missing, for ``if``, ``default`` and their like to see."""

    def __init__(self, namespaces: Mapping[str, Any]) -> None:
        self.root = dict(namespaces)
        if "Item" in self.root:
            self.root["Each"] = self.root["Item"]

    def _missing(self, receiver: Mapping[Any, Any], name: str) -> Any:
        if receiver is self.root:
            raise _unknown(
                f".{name} is not known",
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
            'give it a value, or write | default "..." behind it',
        )

    def check_arguments(self, name: str, spec: FunctionSpec, arguments: List[Any]) -> None:
        if name == "index" and len(arguments) > 1 and kind_of(arguments[0]) is values.MAP:
            # index .Vars "a-b" is how names are written that no chain can hold.
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
            "give it that key where it is set",
            missing.key,
            missing.among,
        )


def _unknown(
    message: str, advice: str, name: str, among: Mapping[Any, Any], prefix: str = ""
) -> Fault:
    near = nearest(name, (key for key in among if isinstance(key, str)))
    return Fault(message, advice, f"{prefix}.{near}" if near else "")
