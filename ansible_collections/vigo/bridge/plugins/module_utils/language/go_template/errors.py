# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of a template, with their positions in its text."""

from __future__ import annotations

from bisect import bisect_right
from typing import List, Optional, Tuple

#: The delimiters of actions.
OPEN, CLOSE = "{{", "}}"

# Advice that several errors give.
SIMPLER = "simplify it"
BEGIN_WITH_FUNCTION = "start with a function"
NAME_A_KEY = "use a key of a mapping"
SET_BEFORE = "define it first: {{ $name := value }}"


class Fault(Exception):
    """An error without a position; code that knows the position turns it into a ``TemplateError``.
    ``advice`` says what to do, and ``suggestion`` the name that was probably meant; both may be
    empty."""

    def __init__(self, message: str, advice: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.suggestion = suggestion


class TemplateError(Exception):
    """A template that cannot be parsed or rendered.

    ``message`` uses Go's wording and contains the suggestion, if there is one. ``advice`` says
    what to do about it; it is empty if the message does. ``offset`` counts characters from
    0, ``line`` and ``column`` from 1; all three are positions in the template's text.
    ``suggestion`` is the name that was probably meant, or empty. ``stage`` is ``parse`` or
    ``render``. ``path`` says which string of a nested value has the error, as in ``env.HOME`` or
    ``ports[0]``; it is empty for a single template.
    """

    def __init__(
        self,
        message: str,
        advice: str,
        offset: int,
        line: int,
        column: int,
        suggestion: str,
        stage: str,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.offset = offset
        self.line = line
        self.column = column
        self.suggestion = suggestion
        self.stage = stage
        self.path = ""

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column} of the template"
        text = f"{self.message} ({where}{' in ' + self.path if self.path else ''})"
        return f"{text}; {self.advice}" if self.advice else text


class Source:
    """A template's text, with the line and column of an offset."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts: Optional[List[int]] = None

    def place(self, offset: int) -> Tuple[int, int]:
        """Return the line and the column of a character, both counted from 1."""
        if self._line_starts is None:
            starts = [0]
            position = self.text.find("\n")
            while position >= 0:
                starts.append(position + 1)
                position = self.text.find("\n", position + 1)
            self._line_starts = starts
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def error(
        self,
        message: str,
        offset: int,
        advice: str,
        suggestion: str = "",
        stage: str = "parse",
    ) -> TemplateError:
        """Return a ``TemplateError`` at an offset of this text. A suggestion is advice enough."""
        line, column = self.place(offset)
        if suggestion:
            message, advice = f"{message}; did you mean {suggestion}?", ""
        return TemplateError(message, advice, offset, line, column, suggestion, stage)

    def locate(self, fault: Fault, offset: int, stage: str) -> TemplateError:
        """Return the ``TemplateError`` for a fault whose place is now known."""
        return self.error(fault.message, offset, fault.advice, fault.suggestion, stage)
