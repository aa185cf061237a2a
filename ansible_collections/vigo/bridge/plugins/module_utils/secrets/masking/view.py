# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A text that was decoded, which knows where each part of it comes from."""

from __future__ import annotations

from bisect import bisect_right
from typing import Callable, List, Match, Optional, Pattern, Tuple


class View:
    """Decoded bytes. ``origin`` leads back to the bytes that were printed."""

    def __init__(self, data: bytes = b"", parent: Optional[View] = None) -> None:
        self.data = data
        self._parent = parent
        self._parts: List[bytes] = []
        self._size = 0
        self._starts: List[int] = []
        #: For each piece: where it begins and ends before, and how many bytes there make up how
        #: many here; (0, 0) where it is a whole that cannot be divided.
        self._before: List[Tuple[int, int, int, int]] = []

    def add(self, piece: bytes, start: int, end: int, many: int = 0, few: int = 0) -> None:
        """Append a piece. many, few: see ``_before``."""
        if piece:
            self._starts.append(self._size)
            self._before.append((start, end, many, few))
            self._parts.append(piece)
            self._size += len(piece)

    def finished(self) -> Optional[View]:
        """Return the view with its pieces joined, or None if there is nothing in it."""
        self.data = b"".join(self._parts)
        self._parts = []
        return self if self.data else None

    def origin(self, start: int, end: int) -> Tuple[int, int]:
        """Return the position of a part of this view in the printed output."""
        if self._parent is None:
            return start, end
        return self._parent.origin(self._origin(start)[0], self._origin(end - 1)[1])

    def _origin(self, at: int) -> Tuple[int, int]:
        piece = bisect_right(self._starts, at) - 1
        start, end, many, few = self._before[piece]
        if not few:
            return start, end
        inside = at - self._starts[piece]
        return start + inside * many // few, start - (-(inside + 1) * many // few)


def replaced(
    view: View, pattern: Pattern[bytes], decode: Callable[[Match[bytes]], Optional[bytes]]
) -> Optional[View]:
    """Return the view with each match decoded, or None if nothing matches.

    decode: may return None for a match that is not an escape.
    """
    found = View(parent=view)
    at = 0
    is_other = False
    for match in pattern.finditer(view.data):
        decoded = decode(match)
        if decoded is None:
            continue
        start, end = match.span()
        found.add(view.data[at:start], at, start, 1, 1)
        found.add(decoded, start, end)
        at, is_other = end, True
    if not is_other:
        return None
    found.add(view.data[at:], at, len(view.data), 1, 1)
    return found.finished()
