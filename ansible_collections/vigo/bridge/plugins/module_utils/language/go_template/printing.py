# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How values become text: print, println, printf and the output of an action."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

from ...common.dataclass import replace
from . import values
from .formatting import PLAIN, Directive, write_value
from .limits import Sink
from .values import kind_of, type_name


def printed(value: Any) -> str:
    """Return one value as ``{{ value }}`` shows it; nil becomes ``<nil>``."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is int:
        return str(value)
    sink = Sink()
    write_value(sink, PLAIN, "v", value)
    return sink.text()


def print_all(*arguments: Any) -> str:
    """Return a text as Go's Sprint does: a space between two neighbours of which neither is a
    text.
    """
    sink = Sink()
    after_text = True
    for argument in arguments:
        is_text = kind_of(argument) is values.STRING
        if not is_text and not after_text:
            sink.write(" ")
        write_value(sink, PLAIN, "v", argument)
        after_text = is_text
    return sink.text()


def print_line(*arguments: Any) -> str:
    """Return a text as Go's Sprintln does: a space between all, a line feed at the end."""
    sink = Sink()
    for index, argument in enumerate(arguments):
        if index:
            sink.write(" ")
        write_value(sink, PLAIN, "v", argument)
    sink.write("\n")
    return sink.text()


_LARGEST = 10**6
_DIGITS = "0123456789"


def print_formatted(form: str, *arguments: Any) -> str:
    """Return the format with its arguments inserted; mistakes show as ``%!d(string=a)``."""
    return _Printf(form, arguments).text()


class _Printf:
    def __init__(self, form: str, arguments: Sequence[Any]) -> None:
        self._form = form
        self._arguments = arguments
        self._at = 0
        self._argument = 0
        self._reordered = False
        self._good_index = True
        self._sink = Sink()

    def text(self) -> str:
        while self._at < len(self._form):
            percent = self._form.find("%", self._at)
            if percent < 0:
                percent = len(self._form)
            self._sink.write(self._form[self._at : percent])
            self._at = percent + 1
            if percent < len(self._form):
                self._directive()
        if not self._reordered and self._argument < len(self._arguments):
            self._write_extra()
        return self._sink.text()

    def _directive(self) -> None:
        self._good_index = True
        directive = self._flags()
        after_index = self._explicit_index()
        # Width
        if self._peek() == "*":
            self._at += 1
            width = self._integer_argument()
            if width is None:
                self._sink.write("%!(BADWIDTH)")
            elif width < 0:
                directive = replace(directive, minus=True, zero=False)
            directive = replace(directive, width=None if width is None else abs(width))
            after_index = False
        else:
            directive = replace(directive, width=self._number())
            if after_index and directive.width is not None:
                self._good_index = False
        # Precision
        if self._peek() == "." and self._at + 1 < len(self._form):
            self._at += 1
            if after_index:
                self._good_index = False
            after_index = self._explicit_index()
            if self._peek() == "*":
                self._at += 1
                precision = self._integer_argument()
                if precision is None or precision < 0:
                    precision = None
                    self._sink.write("%!(BADPREC)")
                after_index = False
            else:
                precision = self._number() or 0
            directive = replace(directive, precision=precision)
        if not after_index:
            self._explicit_index()
        self._verb(directive)

    def _verb(self, directive: Directive) -> None:
        verb = self._peek()
        self._at += 1
        if not verb:
            self._sink.write("%!(NOVERB)")
        elif verb == "%":
            self._sink.write("%")
        elif not self._good_index:
            self._sink.write(f"%!{verb}(BADINDEX)")
        elif self._argument >= len(self._arguments):
            self._sink.write(f"%!{verb}(MISSING)")
        else:
            if verb == "v":
                directive = replace(directive, go_syntax=directive.sharp, sharp=False, plus=False)
            value = self._arguments[self._argument]
            self._argument += 1
            write_value(self._sink, directive, verb, value)

    def _flags(self) -> Directive:
        minus = plus = sharp = space = zero = False
        while True:
            flag = self._peek()
            if flag == "#":
                sharp = True
            elif flag == "0":
                zero = not minus
            elif flag == "+":
                plus = True
            elif flag == "-":
                minus, zero = True, False
            elif flag == " ":
                space = True
            else:
                return Directive(minus=minus, plus=plus, sharp=sharp, space=space, zero=zero)
            self._at += 1

    def _explicit_index(self) -> bool:
        """Read ``[3]``, which selects the next argument, and return whether it was valid."""
        if self._peek() != "[":
            return False
        self._reordered = True
        closing = self._form.find("]", self._at)
        if closing < 0 or len(self._form) - self._at < 3:
            self._at += 1
            self._good_index = False
            return False
        start, self._at = self._at + 1, closing + 1
        number = self._form[start:closing]
        is_number = number.isascii() and number.isdecimal() and int(number[:8]) <= _LARGEST
        if is_number and 0 < int(number) <= len(self._arguments):
            self._argument = int(number) - 1
            return True
        self._good_index = False
        return is_number

    def _number(self) -> Optional[int]:
        start = self._at
        while self._peek() and self._peek() in _DIGITS:
            self._at += 1
        if start == self._at:
            return None
        if self._at - start > 7 or int(self._form[start : self._at]) > _LARGEST * 10 + 9:
            # Go does not read the rest of the format.
            self._at = len(self._form)
            return None
        return int(self._form[start : self._at])

    def _integer_argument(self) -> Optional[int]:
        if self._argument >= len(self._arguments):
            return None
        value = self._arguments[self._argument]
        self._argument += 1
        if kind_of(value) not in (values.INT, values.UINT) or abs(value) > _LARGEST:
            return None
        return int(value)

    def _write_extra(self) -> None:
        self._sink.write("%!(EXTRA ")
        extra: List[Any] = list(self._arguments[self._argument :])
        for index, value in enumerate(extra):
            if index:
                self._sink.write(", ")
            if kind_of(value) is not values.NIL:
                self._sink.write(f"{type_name(value)}=")
            write_value(self._sink, PLAIN, "v", value)
        self._sink.write(")")

    def _peek(self) -> str:
        return self._form[self._at : self._at + 1]
