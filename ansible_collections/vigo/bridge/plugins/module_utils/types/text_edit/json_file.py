# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One value in a JSON file."""

from __future__ import annotations

from typing import Any, Mapping

from ...common.dataclass import dataclass
from ...common.errors import Offset, Problems, ResourceError
from ...common.integers import integer_within
from ...secrets import references as secret_references
from .edit import Edit, Reveal, is_absent, needed, path_of
from .json_text import Style, is_same, read, style_of, with_texts, written

_MOST_SPACES = 16


@dataclass(frozen=True)
class JsonFile(Edit):
    """keys: the path from the top. value: parsed; its strings keep their references to secrets.

    indent: spaces for each level, 0 for one line, None for that of the file.
    """

    keys: tuple[str, ...]
    value: Any
    indent: int | None

    def edited(self, text: str | None, reveal: Reveal) -> str | None:
        if text is None and self.is_absent:
            return None
        bare = (text or "").strip(" \t\r\n")
        try:
            document = read(bare, self.path) if bare else {}
            if not self._change(document, reveal):
                return text
            style = style_of(bare)
            if self.indent is not None:
                style = Style(" " * self.indent, style.colon) if self.indent else Style("", ": ")
            result = written(document, style)
        except RecursionError:
            raise ResourceError(f"{self.path}: its values are nested too deeply") from None
        return result + (text[len(text.rstrip(" \t\r\n")) :] if bare and text else "\n")

    def _change(self, document: Any, reveal: Reveal) -> bool:
        """Change the document, and return whether that makes a difference."""
        holder = document
        for depth, key in enumerate(self.keys[:-1]):
            inner = self._inner(holder, depth)
            if inner is _MISSING:
                if self.is_absent:
                    return False
                inner = self._made(depth)
                self._put(holder, key, inner)
            holder = inner
        last = len(self.keys) - 1
        found = self._inner(holder, last)
        if self.is_absent:
            return found is not _MISSING and self._remove(holder)
        value = with_texts(self.value, reveal)
        if found is not _MISSING and is_same(found, value):
            return False
        self._put(holder, self.keys[last], value)
        return True

    def _inner(self, holder: Any, depth: int) -> Any:
        """Return the value of a key in an object or a list."""
        key = self.keys[depth]
        if isinstance(holder, dict):
            return holder.get(key, _MISSING)
        if isinstance(holder, list):
            number = self._number(depth, len(holder))
            return holder[number] if number < len(holder) else _MISSING
        if self.is_absent:
            return _MISSING
        above = self._name(depth)
        what = f"{above} is" if above else "the document is"
        raise ResourceError(
            f"{self.path}: {what} neither an object nor a list, so it cannot have {key!r}",
            "correct key, or remove that value first",
        )

    def _number(self, depth: int, length: int) -> int:
        key = self.keys[depth]
        is_number = key.isdecimal() and key.isascii() and len(key) < 10
        number = int(key) if is_number else length + 1
        if number > length and not self.is_absent:
            above = self._name(depth) or "the document"
            raise ResourceError(
                f"{self.path}: {above} is a list, and {key!r} is not a valid index of it",
                f"use a number from 0 to {length}; {length} adds an item",
            )
        return number

    def _made(self, depth: int) -> dict[str, Any]:
        """Return a new object for a key that is missing."""
        if self.keys[depth + 1].isdecimal():
            raise ResourceError(
                f"{self.path}: {self._name(depth + 1)} does not exist, and {self.keys[depth + 1]!r}"
                " may be an index or a key",
                "create the list or object first",
            )
        return {}

    def _put(self, holder: Any, key: str, value: Any) -> None:
        if isinstance(holder, dict):
            holder[key] = value
        elif int(key) == len(holder):
            holder.append(value)
        else:
            holder[int(key)] = value

    def _remove(self, holder: Any) -> bool:
        if isinstance(holder, list):
            raise ResourceError(
                f"{self.path}: {self._name(len(self.keys) - 1) or 'the document'} is a"
                " list; each run would remove another item",
                "set the whole list with value",
            )
        del holder[self.keys[-1]]
        return True

    def _name(self, depth: int) -> str:
        """Return the path above a depth, as it is written."""
        return ".".join(key.replace(".", "\\.") for key in self.keys[:depth])

    @property
    def holds_secrets(self) -> bool:
        return bool(secret_references.paths(self.value))


_MISSING = object()


def parse(attributes: Mapping[str, Any]) -> JsonFile:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    absent = is_absent(attributes, problems)
    indent = attributes.get("indent")
    edit = JsonFile(
        path=path_of(attributes, problems),
        is_absent=absent,
        keys=problems.of("key", _keys, attributes),
        value=None if absent else problems.of("value", _value, attributes),
        indent=None
        if indent in (None, "")
        else problems.of("indent", integer_within, indent, "indent", 0, _MOST_SPACES),
    )
    problems.refuse()
    return edit


def _keys(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Split the path at its dots; a dot after a backslash is part of a key."""
    key, keys = needed(attributes, "key"), [""]
    place = 0
    while place < len(key):
        if key[place] == "\\" and key[place + 1 : place + 2] in ("\\", "."):
            place += 1
            keys[-1] += key[place]
        elif key[place] == ".":
            if not keys[-1]:
                break
            keys.append("")
        else:
            keys[-1] += key[place]
        place += 1
    if not keys[-1]:
        raise ResourceError(
            f"key: {key!r} has an empty part",
            "write keys with single dots between them, and \\. for a dot in a key",
            place=(Offset(min(place, len(key) - 1)),),
        )
    return tuple(keys)


def _value(attributes: Mapping[str, Any]) -> Any:
    value = needed(attributes, "value")
    try:
        return read(value, "value")
    except RecursionError:
        raise ResourceError("value is nested too deeply") from None
    except ResourceError as error:
        raise ResourceError(
            error.problem, "write a string in double quotes, inside single quotes: '\"text\"'"
        ) from None
