# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of environment variables, read as Compose reads ``env_file`` and ``.env``.

Only a line feed ends a line: other characters that Python treats as line breaks belong to values.
"""

from __future__ import annotations

import re
from typing import Iterator

from ..common.dataclass import dataclass

# The characters of Go's unicode.IsSpace; Python's str.isspace accepts four more.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_IN_LINE = "\t\v\f\r \x85\xa0"
_BLANK = re.compile("(?:[{0}]|#[^\n]*)*".format(_SPACE))
_EXPORT = re.compile("export[\t\f\r ]+[{0}]*".format(_IN_LINE))
_IN_LINE_SPACE = re.compile("[{0}]*".format(_IN_LINE))
_NAME_END = re.compile("[=:\n]")
_QUOTED = {
    quote: re.compile(r"{0}((?:[^{0}\\]|\\.)*){0}".format(quote), re.DOTALL) for quote in "\"'"
}
_ESCAPE = re.compile(r'\\(?:0([0-9]{0,3})|([abfnrtv"\\$]))')
_OCTAL = re.compile("[0-3][0-7][0-7]")
_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    '"': '"',
    "\\": "\\",
    "$": "$$",
}


class InvalidLine(Exception):
    """A line is not an assignment. line: its number, from 1; advice: what to do.

    The message quotes no value, which may be a secret.
    """

    def __init__(self, line: int, message: str, advice: str) -> None:
        super().__init__(message)
        self.line = line
        self.advice = advice


@dataclass(frozen=True)
class Assignment:
    """One variable. value: None if there is only a name.

    has_variables: whether dollar signs in the value begin variables.
    """

    name: str
    value: str | None
    line: int
    has_variables: bool = False


def decoded(content: bytes) -> str:
    """Return a file's text without a byte order mark. Raise UnicodeDecodeError."""
    return content.decode("utf-8-sig")


def assignments(text: str, raw: bool = False) -> Iterator[Assignment]:
    """Return the variables of a file in their order. Raise InvalidLine.

    raw: everything after the equals sign is the value, as with ``docker run --env-file``.
    """
    for found in _raw(text) if raw else _compose(text):
        if not found.name:
            raise InvalidLine(found.line, "missing name of a variable", "write NAME=VALUE")
        if any(letter in _SPACE for letter in found.name):
            raise InvalidLine(found.line, "invalid name: it contains a space", "write NAME=VALUE")
        if "\0" in found.name or "\0" in (found.value or ""):
            raise InvalidLine(found.line, "a NUL character is not allowed", "remove it")
        yield found


def _raw(text: str) -> Iterator[Assignment]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.endswith("\r"):
            line = line[:-1]
        line = line.lstrip(_SPACE)
        if line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            yield Assignment(name, value if equals else None, number)


def _compose(text: str) -> Iterator[Assignment]:
    at, line = 0, 1
    while True:
        start = _BLANK.match(text, at).end()  # type: ignore[union-attr]
        line += text.count("\n", at, start)
        if start == len(text):
            return
        found, at = _statement(text, start, line)
        line += text.count("\n", start, at)
        yield found


def _statement(text: str, start: int, line: int) -> tuple[Assignment, int]:
    """Return the assignment that starts there, and its end."""
    export = _EXPORT.match(text, start)
    start = export.end() if export else start
    separator = _NAME_END.search(text, start)
    end = separator.start() if separator else len(text)
    _refuse_other_characters(text[start:end], line)
    name = text[start:end].rstrip(_IN_LINE)
    if separator is None or separator.group() == "\n":
        return Assignment(name, None, line), end
    at = _IN_LINE_SPACE.match(text, end + 1).end()  # type: ignore[union-attr]
    if text[at : at + 1] in _QUOTED:
        return _quoted(text, at, name, line)
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    value = text[at:end].split(" #", 1)[0].rstrip(_SPACE)
    return Assignment(name, value, line, has_variables=True), end


def _refuse_other_characters(name: str, line: int) -> None:
    for letter in name:
        if not (letter.isalnum() or letter in "_.-[]" or letter in _IN_LINE):
            raise InvalidLine(
                line,
                "unexpected character {0!r} in a name".format(letter),
                "write NAME=VALUE, or a # before a comment",
            )


def _quoted(text: str, at: int, name: str, line: int) -> tuple[Assignment, int]:
    quote = text[at]
    found = _QUOTED[quote].match(text, at)
    if found is None:
        raise InvalidLine(line, "a quote {0} is not closed".format(quote), "add it")
    value = found.group(1).replace("\\" + quote, quote)
    if quote == '"':
        value = _ESCAPE.sub(_unescaped, value)
    return Assignment(name, value, line, has_variables=quote == '"'), found.end()


def _unescaped(escape: re.Match[str]) -> str:
    if escape.group(2):
        return _ESCAPES[escape.group(2)]
    digits = escape.group(1)
    if _OCTAL.fullmatch(digits):
        return chr(int(digits, 8))
    return "\\" + digits  # as Compose does it
