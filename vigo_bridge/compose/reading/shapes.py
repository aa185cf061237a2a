# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of compose files in the form that a key requires, or an error that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from vigo_bridge.compose.findings import ComposeError, Errors, Findings
from vigo_bridge.compose.loading.loader import get
from vigo_bridge.compose.loading.merging import as_mapping
from vigo_bridge.compose.model import Pairs
from vigo_bridge.compose.text import Text, text_of
from vigo_bridge.language.diagnostics import did_you_mean_or_known
from vigo_bridge.language.reader import described
from vigo_bridge.language.values import Fields, Items, Scalar, Value

_Item = TypeVar("_Item")
_Read = TypeVar("_Read")

_TRUTH = {
    word: truth
    for truth, words in ((True, "true yes on y"), (False, "false no off n"))
    for word in words.split()
}


def refuse_form(value: Value, what: str) -> NoReturn:
    raise ComposeError(value.position, f"this must be {what}, not {described(value)}")


def text(value: Value) -> Text:
    return text_of(value) if isinstance(value, Scalar) else refuse_form(value, "a text")


def optional(fields: Fields, name: str) -> Text | None:
    """Return the text under a key, if there is one."""
    found = get(fields, name)
    return None if found is None else text(found)


def each(items: Iterable[_Item], read: Callable[[_Item], _Read]) -> tuple[_Read, ...]:
    """Return what is read from each item. The errors of all items are collected."""
    errors = Errors()
    found = []
    for item in items:
        with errors.collected():
            found.append(read(item))
    errors.raise_all()
    return tuple(found)


def parts(
    content: Fields,
    what: str,
    shapes: Mapping[str, Callable[[Value], Any]],
    further: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the values of the keys of a mapping; None for those that are missing.

    what: the mapping, for messages. further: other keys that it can have. The errors of all keys
    are collected.
    """
    errors = Errors()
    with errors.collected():
        known_only(content, (*shapes, *further), what)
    found: dict[str, Any] = dict.fromkeys(shapes)
    for name, shape in shapes.items():
        value = get(content, name)
        if value is not None:
            with errors.collected():
                found[name] = shape(value)
    errors.raise_all()
    return found


def texts(value: Value) -> tuple[Text, ...]:
    """Return a list of texts, or one."""
    return each(value.items, text) if isinstance(value, Items) else (text(value),)


def words(value: Value) -> Text | tuple[Text, ...]:
    """Return a command: one text, or its words."""
    return texts(value) if isinstance(value, Items) else text(value)


def mapping(value: Value) -> Fields:
    return value if isinstance(value, Fields) else refuse_form(value, "a mapping")


def flag(value: Value) -> bool:
    written = str(text(value)).lower()
    return _TRUTH[written] if written in _TRUTH else refuse_form(value, "true or false")


def one_of(value: Value, words: Sequence[str]) -> str:
    """Return one of the words that compose accepts here."""
    written = str(text(value))
    return written if written in words else refuse_form(value, " or ".join(words))


def number(value: Value) -> int:
    try:
        return int(str(text(value)))
    except ValueError:
        refuse_form(value, "an integer")


def pairs(value: Value) -> Pairs:
    """Return a mapping, or a list of NAME=VALUE."""
    entries = mapping(as_mapping(value)).entries
    return each(entries, lambda entry: (entry[0].text, _value(entry[1])))


def _value(item: Value) -> Text | None:
    if not isinstance(item, Scalar):
        refuse_form(item, "a text")
    return None if item.data is None else text_of(item)


def known_only(fields: Fields, known: Sequence[str], what: str) -> None:
    """Refuse keys that compose does not have."""
    errors = Errors()
    for key, _ in fields.entries:
        with errors.collected():
            if key.text not in known and not key.text.startswith("x-"):
                raise ComposeError(
                    key.position,
                    f"{what} has no key {key.text!r}",
                    did_you_mean_or_known(key.text, known) or "correct it, or use x-...",
                )
    errors.raise_all()


def lose(fields: Fields, advice: Mapping[str, str], what: str, findings: Findings) -> None:
    """Report the keys that a stack cannot express. advice: by key."""
    for key, value in fields.entries:
        if key.text in advice and not (isinstance(value, Scalar) and value.data is None):
            findings.lost(key.position, f"{what}.{key.text} is not supported", advice[key.text])
