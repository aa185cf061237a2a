# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions of Go's text/template, ``and`` and ``or`` excepted: the interpreter has those,
because they leave arguments unevaluated."""

from __future__ import annotations

import re
from typing import Any, List, Tuple
from urllib.parse import quote_plus

from . import values
from .errors import Fault
from .printing import print_all
from .values import (
    Byte,
    Window,
    equal,
    has_text_keys,
    kind_of,
    length,
    less,
    text_of_bytes,
    truth,
    type_name,
    utf8,
)

_INDEXED = "use an integer for a list or a string, or a key for a mapping"


_ASK_LENGTH = "ask `len` before"


def is_false(value: Any) -> bool:
    return not truth(value)


def is_equal(first: Any, *others: Any) -> bool:
    """Return whether the first value equals one of the others."""
    if not others:
        raise Fault("missing argument for comparison", "write a second value")
    return any(equal(first, other) for other in others)


def is_not_equal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def is_less(left: Any, right: Any) -> bool:
    return less(left, right)


def is_less_or_equal(left: Any, right: Any) -> bool:
    return less(left, right) or equal(left, right)


def is_greater(left: Any, right: Any) -> bool:
    return not is_less_or_equal(left, right)


def is_greater_or_equal(left: Any, right: Any) -> bool:
    return not less(left, right)


def length_of(value: Any) -> int:
    """Return the length of a text in bytes, of a list or map in elements."""
    kind = kind_of(value)
    if kind is values.STRING:
        return length(value)
    if kind in (values.LIST, values.MAP):
        return len(value)
    raise Fault(f"len of type {type_name(value)}", "use a list or a mapping")


def index(item: Any, *keys: Any) -> Any:
    """Return x[1][2] for ``index x 1 2``; an unknown key of a map yields nil."""
    if kind_of(item) is values.NIL:
        raise Fault("index of untyped nil", _INDEXED)
    for key in keys:
        item = element(item, key)
    return item


def element(item: Any, key: Any) -> Any:
    """Return the element of a list, map or text (a byte) at one key."""
    kind = kind_of(item)
    if kind is values.MAP:
        return _element_of_map(item, key)
    if kind is values.LIST:
        return item[_position(key, len(item), inclusive=False)]
    if kind is values.STRING:
        encoded = utf8(item)
        return Byte(encoded[_position(key, len(encoded), inclusive=False)])
    if kind is values.NIL:
        raise Fault("index of nil pointer", _INDEXED)
    raise Fault(f"can't index item of type {type_name(item)}", _INDEXED)


def _element_of_map(item: Any, key: Any) -> Any:
    kind = kind_of(key)
    if kind is values.STRING:
        return item.get(key)
    if has_text_keys(item):
        if kind is values.NIL:
            raise Fault("value is nil; should be of type string", _INDEXED)
        raise Fault(f"value has type {type_name(key)}; should be string", _INDEXED)
    # For Python 1, 1.0 and True are the same key, for Go they are not.
    return next((item[known] for known in item if known == key and kind_of(known) is kind), None)


def slice_of(item: Any, *bounds: Any) -> Any:
    """Return x[1:2] for ``slice x 1 2``; a third bound limits the capacity of the result."""
    kind = kind_of(item)
    if kind is values.NIL:
        raise Fault("slice of untyped nil", _INDEXED)
    if len(bounds) > 3:
        raise Fault(f"too many slice indexes: {len(bounds)}", "use fewer arguments")
    if kind is values.STRING:
        if len(bounds) == 3:
            raise Fault("cannot 3-index slice a string", "use fewer arguments")
        encoded = utf8(item)
        start, end, _reach = _bounds(bounds, len(encoded), len(encoded))
        return text_of_bytes(encoded[start:end])
    if kind is not values.LIST:
        raise Fault(f"can't slice item of type {type_name(item)}", _INDEXED)
    reach = item.reach if isinstance(item, Window) else item
    start, end, capacity = _bounds(bounds, len(item), len(reach))
    return Window(reach[start:end], reach[start:capacity])


def _bounds(bounds: Tuple[Any, ...], size: int, capacity: int) -> Tuple[int, int, int]:
    found: List[int] = [0, size, capacity]
    for number, bound in enumerate(bounds):
        found[number] = _position(bound, capacity, inclusive=True)
    start, end, limit = found
    if start > end:
        raise Fault(f"invalid slice index: {start} > {end}", _ASK_LENGTH)
    if end > limit:
        raise Fault(f"invalid slice index: {end} > {limit}", _ASK_LENGTH)
    return start, end, limit


def _position(key: Any, size: int, inclusive: bool) -> int:
    kind = kind_of(key)
    if kind is values.NIL:
        raise Fault("cannot index slice/array with nil", _INDEXED)
    if kind not in (values.INT, values.UINT):
        raise Fault(f"cannot index slice/array with type {type_name(key)}", _INDEXED)
    if not 0 <= key < size + (1 if inclusive else 0):
        raise Fault(f"index out of range: {int(key)}", _ASK_LENGTH)
    return int(key)


def refuse_call(*_arguments: Any) -> Any:
    raise Fault("call requires a function, and stacks have no function values", "remove it")


def as_html(*arguments: Any) -> str:
    return escape_html(_joined(arguments))


def as_javascript(*arguments: Any) -> str:
    return escape_javascript(_joined(arguments))


def as_url_query(*arguments: Any) -> str:
    return escape_url(_joined(arguments))


def _joined(arguments: Tuple[Any, ...]) -> str:
    # The escaping functions show nil as an action does, not as print does.
    shown = ["<no value>" if kind_of(value) is values.NIL else value for value in arguments]
    return print_all(*shown)


_HTML = str.maketrans(
    {
        "\0": "\ufffd",
        '"': "&#34;",
        "'": "&#39;",
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
    }
)


_JAVASCRIPT = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}


def escape_html(text: str) -> str:
    return text.translate(_HTML)


# What may need an escape. Characters that are not printable ASCII are checked one by one.
_SPECIAL = re.compile(r"""[\\'"<>&=]|[^ -\x7f]""")


def escape_javascript(text: str) -> str:
    return _SPECIAL.sub(lambda match: _javascript_character(match.group()), text)


def _javascript_character(character: str) -> str:
    if character in _JAVASCRIPT:
        return _JAVASCRIPT[character]
    code = ord(character)
    if code < 32:
        return f"\\u00{code:02X}"
    is_lone_byte = 0xDC80 <= code <= 0xDCFF
    if code < 128 or character.isprintable() or is_lone_byte:
        return character
    return f"\\u{code:04X}"


def escape_url(text: str) -> str:
    return quote_plus(utf8(text), safe="~")
