# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables may be named at a point of a template."""

from __future__ import annotations

from typing import Dict, List


class Scope:
    """Names declared so far. The end of a block forgets those declared since its beginning."""

    def __init__(self) -> None:
        self._declared: List[str] = []
        self._count: Dict[str, int] = {}

    def declare(self, name: str) -> None:
        self._declared.append(name)
        self._count[name] = self._count.get(name, 0) + 1

    def mark(self) -> int:
        return len(self._declared)

    def forget_since(self, mark: int) -> None:
        while len(self._declared) > mark:
            self._count[self._declared.pop()] -= 1

    def knows(self, name: str) -> bool:
        return self._count.get(name, 0) > 0
