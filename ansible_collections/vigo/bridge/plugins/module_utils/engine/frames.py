# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard output and standard error in one stream, in frames with a header for each. Pure."""

from __future__ import annotations

import struct

_HEADER = struct.Struct(">BxxxI")
STDOUT, STDERR = 1, 2


class Frames:
    """Splits what an engine sends into frames. The input may be cut anywhere."""

    def __init__(self) -> None:
        self._unread = b""
        #: The stream of the current part, and how much of it has not come yet.
        self._stream = STDOUT
        self._left = 0

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the parts of the streams that the data completes or continues, in order."""
        self._unread += data
        found = []
        while self._unread:
            if not self._left:
                if len(self._unread) < _HEADER.size:
                    break
                self._stream, self._left = _HEADER.unpack_from(self._unread)
                self._unread = self._unread[_HEADER.size :]
                continue
            part, self._unread = self._unread[: self._left], self._unread[self._left :]
            self._left -= len(part)
            found.append((self._stream, part))
        return found
