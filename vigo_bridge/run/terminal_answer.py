# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the user's answer to a question without blocking."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios

_YES, _NO = ("y", "yes"), ("n", "no")
#: How much is read at once, in bytes.
_CHUNK = 1024


class TerminalAnswer:
    """Reads lines from the terminal, if there is one and this process is in its foreground.

    is_open: whether an answer can still come.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        """Use a descriptor; None means standard input."""
        self._descriptor = _standard_input() if descriptor is None else descriptor
        self._typed = b""
        self.is_open = self._descriptor is not None and _is_foreground(self._descriptor)
        if self.is_open and self._descriptor is not None:
            with contextlib.suppress(termios.error):
                # Discard what was typed before the question.
                termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def read(self) -> bool | None:
        """Return whether the user agrees; None if there is no answer yet."""
        while self.is_open and self._descriptor is not None and _has_input(self._descriptor):
            try:
                typed = os.read(self._descriptor, _CHUNK)
            except OSError:
                typed = b""
            if not typed:  # Ctrl-D, or the terminal is gone
                self.is_open = False
                return None
            *lines, self._typed = (self._typed + typed).split(b"\n")
            for line in lines:
                word = line.decode(errors="replace").strip().lower()
                if word in (*_YES, *_NO):
                    return word in _YES
        return None


def _standard_input() -> int | None:
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError):
        return None


def _is_foreground(descriptor: int) -> bool:
    """Return whether reading would not stop this process, as it does in the background."""
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


def _has_input(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])
