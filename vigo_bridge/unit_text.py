# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in systemd units."""

from __future__ import annotations

from collections.abc import Iterable


def command_line(words: Iterable[str]) -> str:
    """Return the value of ExecStart=: no variable in a word is replaced."""
    return " ".join(quoted(word.replace("$", "$$")) for word in words)


def quoted(text: str) -> str:
    """Return a text as one word: no specifier in it is replaced."""
    word = escaped(text)
    if word and not any(character in word for character in " \t\"'\\;"):
        return word
    inside = word.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{inside}"'


def escaped(text: str) -> str:
    """Return a text as the rest of a line: no specifier in it is replaced."""
    return text.replace("%", "%%").replace("\n", "\\n")
