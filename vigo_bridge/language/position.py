# SPDX-License-Identifier: GPL-3.0-or-later
"""A position in the stack's files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Position:
    """One character of one file.

    file: path relative to the stack's folder, with `/`; line and column count from 1. Line 0 means
        that it is not in a file; `file` is then a description.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        if self.line == 0:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file
