# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How values become text: print, println and the output of an action."""

from __future__ import annotations

from typing import Any, Sequence

from . import values
from .formatting import PLAIN, write_value
from .sink import Sink
from .values import kind_of


def printed(value: Any) -> str:
    """One value as ``{{ value }}`` shows it; nil becomes ``<nil>``."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is int:
        return str(value)
    sink = Sink()
    write_value(sink, PLAIN, "v", value)
    return sink.text()


def print_all(arguments: Sequence[Any]) -> str:
    """Go's Sprint: a space between two neighbours of which neither is a text."""
    sink = Sink()
    after_text = True
    for argument in arguments:
        is_text = kind_of(argument) is values.STRING
        if not is_text and not after_text:
            sink.write(" ")
        write_value(sink, PLAIN, "v", argument)
        after_text = is_text
    return sink.text()


def print_line(arguments: Sequence[Any]) -> str:
    """Go's Sprintln: a space between all, a line feed at the end."""
    sink = Sink()
    for index, argument in enumerate(arguments):
        if index:
            sink.write(" ")
        write_value(sink, PLAIN, "v", argument)
    sink.write("\n")
    return sink.text()
