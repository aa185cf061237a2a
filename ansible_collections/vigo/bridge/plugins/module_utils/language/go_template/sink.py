# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where text is gathered, up to a limit."""

from __future__ import annotations

from typing import List

from .errors import SIMPLER, Fault
from .limits import MAX_TEXT
from .values import text_of_bytes, utf8


class Sink:
    """Gathers pieces of text; raises ``Fault`` when they become too large."""

    def __init__(self) -> None:
        self._pieces: List[str] = []
        self._size = 0

    def write(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise too_large()
        self._pieces.append(text)

    def text(self) -> str:
        """Everything written. Lone bytes that became a character together are joined."""
        text = "".join(self._pieces)
        if text.isascii():
            return text
        return text_of_bytes(utf8(text))


def too_large() -> Fault:
    return Fault(f"the text grows beyond {MAX_TEXT // (1024 * 1024)} MiB", SIMPLER)


def require_modest(size: int) -> None:
    """Raises ``Fault`` when a text of ``size`` characters would be too large to make."""
    if size > MAX_TEXT:
        raise too_large()
