# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a template, and where in it something is."""

from __future__ import annotations

from bisect import bisect_right
from typing import List, Optional, Tuple

from .errors import Fault, TemplateError


class Source:
    """A template's text that can tell the line and column of an offset."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts: Optional[List[int]] = None

    def place(self, offset: int) -> Tuple[int, int]:
        """The line and the column of a character, both counted from 1."""
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
        """A ``TemplateError`` at an offset of this text. A suggestion is advice enough."""
        line, column = self.place(offset)
        if suggestion:
            message, advice = f"{message}; did you mean {suggestion}?", ""
        return TemplateError(message, advice, offset, line, column, suggestion, stage)

    def locate(self, fault: Fault, offset: int, stage: str) -> TemplateError:
        """The ``TemplateError`` that a fault is, now that its place is known."""
        return self.error(fault.message, offset, fault.advice, fault.suggestion, stage)
