# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard output and standard error in one stream, in frames with a header for each. Pure."""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEADER = struct.Struct(">BxxxI")
STDOUT, STDERR = 1, 2
#: A longer frame is passed on in pieces.
_PIECE = 64 * 1024


class Part(NamedTuple):
    """A frame, or a piece of a long one. is_start: whether the frame begins with it."""

    stream: int
    is_start: bool
    data: bytes


class Frames:
    """Splits what an engine sends into frames. The input may be cut anywhere."""

    def __init__(self) -> None:
        self._unread = b""
        self._stream = STDOUT
        #: How much of the current frame was not passed on yet.
        self._left = 0
        self._is_start = False

    def feed(self, data: bytes) -> list[Part]:
        """Return the parts that the data completes, in order. Incomplete ones wait for more."""
        found = []
        data, at = self._unread + data, 0
        while True:
            if not self._left:
                if len(data) - at < _HEADER.size:
                    break
                self._stream, self._left = _HEADER.unpack_from(data, at)
                self._is_start = True
                at += _HEADER.size
                continue
            size = min(self._left, _PIECE)
            if len(data) - at < size:
                break
            found.append(Part(self._stream, self._is_start, data[at : at + size]))
            self._left -= size
            self._is_start = False
            at += size
        self._unread = data[at:]
        return found
