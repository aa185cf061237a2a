# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes text from hosts, engines and untrusted files safe to print on a terminal.

These characters are replaced: control characters (C0, C1, DEL), so that escape sequences have no
effect; characters that change the direction of text or are invisible; line separators other than
line breaks; and surrogates, which cannot be sent to a terminal. They are shown as Python writes
them, such as ``\\x1b``.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Mapping

_STEERING = re.compile(
    "\r\n|["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff"
    "\U000e0000-\U000e007f"
    "]"
)
#: What Ansible prints of a result unchanged, without quoting.
_PRINTED = (
    "msg",
    "warnings",
    "deprecations",
    "exception",
    "diff",
    "module_stdout",
    "module_stderr",
)


def clean(text: str) -> str:
    """Return a text of several lines; line breaks and tabs stay."""
    return _STEERING.sub(_written, text)


def one_line(text: str) -> str:
    """Return a text in one line, such as a name."""
    return clean(text).replace("\n", "\\n").replace("\t", "\\t")


def hanging(text: str, spaces: int) -> str:
    """Return a text with its further lines indented, so that none looks like a line of another
    kind.
    """
    return clean(text).strip("\n").replace("\n", "\n" + " " * spaces)


def clean_json(document: str) -> str:
    """Return a JSON document with the same content, without such characters in it."""
    return _STEERING.sub(_escaped, document)


def cleaned(value: Any) -> Any:
    """Return a value with all texts in it clean.

    Values of Ansible's own classes keep their class.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(cleaned(item) for item in value) if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **cleaned(fields))
    return value


def cleaned_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a module's result with clean text where Ansible prints it as text; data stays as it
    is.
    """
    shown = dict(result)
    for name in _PRINTED:
        if name in result:
            try:
                shown[name] = cleaned(result[name])
            except RecursionError:  # Our modules nest nothing as deeply.
                del shown[name]
    return shown


def _written(match: re.Match[str]) -> str:
    found = match.group()
    if found == "\r\n":
        return "\n"
    number = ord(found)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _escaped(match: re.Match[str]) -> str:
    """Return a character as an escape.

    In JSON these occur in strings only, and those of C0 are escaped already.
    """
    found = match.group()
    if found == "\r\n":
        return "\n"
    units = found.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2] for at in range(0, len(units), 2))
    return "".join(f"\\u{int.from_bytes(pair, 'big'):04x}" for pair in pairs)
