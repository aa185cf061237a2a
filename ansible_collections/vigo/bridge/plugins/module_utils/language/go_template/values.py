# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of templates: Python's own types, seen as Go sees what it decoded from YAML."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Tuple

from .errors import Fault

NIL = "nil"
BOOL = "bool"
INT = "int"
UINT = "uint"
FLOAT = "float"
COMPLEX = "complex"
STRING = "string"
LIST = "list"
MAP = "map"


class Byte(int):
    """One byte of a string: what indexing a string yields, Go's uint8."""


class Window(List[Any]):
    """A slice of a list that, as in Go, can be extended again up to its capacity.

    ``reach`` holds the elements from the slice's beginning up to its capacity.
    """

    def __init__(self, elements: Sequence[Any], reach: Sequence[Any]) -> None:
        super().__init__(elements)
        self.reach = reach


class Missing:
    """What a chain yields whose key is not there: Go's invalid value.

    ``key`` is the key that was looked for in ``among``; both are empty if a null value
    was passed on by a pipeline.
    """

    def __init__(self, key: str = "", among: Optional[Mapping[Any, Any]] = None) -> None:
        self.key = key
        self.among: Mapping[Any, Any] = {} if among is None else among


NOTHING = Missing()

_KINDS = {
    type(None): NIL,
    bool: BOOL,
    int: INT,
    float: FLOAT,
    complex: COMPLEX,
    str: STRING,
    list: LIST,
    dict: MAP,
    Missing: NIL,
    Byte: UINT,
    Window: LIST,
}
_BASES: Tuple[Tuple[Any, str], ...] = (
    (str, STRING),
    (int, INT),
    (float, FLOAT),
    (Mapping, MAP),
    ((list, tuple), LIST),
)


def kind_of(value: Any) -> str:
    """Return the kind of a value. Raise ``Fault`` for what no YAML file can contain."""
    kind = _KINDS.get(type(value))
    if kind is not None:
        return kind
    for base, kind in _BASES:
        if isinstance(value, base):
            return kind
    raise Fault(
        f"can't use a value of type {type(value).__name__}",
        "use only strings, numbers, lists and mappings",
    )


def type_name(value: Any) -> str:
    """Return Go's name for the type of a value."""
    kind = kind_of(value)
    if kind is LIST:
        return "[]interface {}"
    if kind is MAP:
        return (
            "map[string]interface {}" if has_text_keys(value) else "map[interface {}]interface {}"
        )
    return {NIL: "<nil>", UINT: "uint8", FLOAT: "float64", COMPLEX: "complex128"}.get(kind, kind)


def truth(value: Any) -> bool:
    """Return whether a value counts as true: false, 0, nil and everything empty do not."""
    if isinstance(value, Missing):
        return False
    return bool(value)


def has_text_keys(mapping: Mapping[Any, Any]) -> bool:
    return all(isinstance(key, str) for key in mapping)


def sorted_keys(mapping: Mapping[Any, Any]) -> List[Any]:
    """Return the keys in Go's order: by kind first, numbers by size, texts by their bytes."""
    if has_text_keys(mapping):
        return sorted(mapping, key=_text_order)
    return sorted(mapping, key=_key_order)


def _text_order(key: str) -> Any:
    # Code points sort like UTF-8 bytes, except for the surrogates that stand for lone bytes.
    return utf8(key)


_KIND_ORDER = (NIL, INT, UINT, STRING, BOOL, FLOAT)


def _key_order(key: Any) -> Tuple[int, Any]:
    kind = kind_of(key)
    rank = _KIND_ORDER.index(kind) if kind in _KIND_ORDER else len(_KIND_ORDER)
    if kind is STRING:
        return rank, utf8(key)
    return rank, 0 if kind is NIL else key


def utf8(text: str) -> bytes:
    """Return the bytes of a text. A byte that is not UTF-8 is a lone surrogate in it."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")


def text_of_bytes(encoded: bytes) -> str:
    return encoded.decode("utf-8", "surrogateescape")


def length(text: str) -> int:
    """Return the length of a text in bytes, as Go counts it."""
    return len(text) if text.isascii() else len(utf8(text))


_NUMBERS = (INT, UINT)
_CONTAINERS = (LIST, MAP)
_ONE_KIND = "compare values of the same type: convert them with `int` or `print`"


def equal(left: Any, right: Any) -> bool:
    """Return whether two values are equal. Raise ``Fault`` where their kinds cannot be compared."""
    left_kind, right_kind = kind_of(left), kind_of(right)
    if NIL in (left_kind, right_kind):
        return left_kind is right_kind
    if left_kind in _CONTAINERS and right_kind in _CONTAINERS:
        raise Fault(f"non-comparable type {type_name(right)}", _ONE_KIND)
    if left_kind is not right_kind and not (left_kind in _NUMBERS and right_kind in _NUMBERS):
        raise _incompatible(left, right)
    return bool(left == right)


def less(left: Any, right: Any) -> bool:
    """Return whether ``left`` comes before ``right``. Raise ``Fault`` where they have no order."""
    left_kind, right_kind = kind_of(left), kind_of(right)
    for kind, value in ((left_kind, left), (right_kind, right)):
        if kind in _CONTAINERS or kind is NIL:
            raise Fault(f"invalid type for comparison: {type_name(value)}", _ONE_KIND)
    if left_kind is not right_kind and not (left_kind in _NUMBERS and right_kind in _NUMBERS):
        raise _incompatible(left, right)
    if left_kind in (BOOL, COMPLEX):
        raise Fault(f"invalid type for comparison: {type_name(left)}", _ONE_KIND)
    if left_kind is STRING:
        return utf8(left) < utf8(right)
    return bool(left < right)


def _incompatible(left: Any, right: Any) -> Fault:
    return Fault(
        f"incompatible types for comparison: {type_name(left)} and {type_name(right)}", _ONE_KIND
    )
