# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of one template body while it is rendered."""

from __future__ import annotations

from typing import Any, Dict, List

UNDEFINED: Any = object()
"""What a variable yields that there is none of."""


class Variables:
    """The variables of one template body and their values."""

    def __init__(self, dollar: Any) -> None:
        self._values: Dict[str, List[Any]] = {"$": [dollar]}
        self._declared: List[str] = []

    def declare(self, name: str, value: Any) -> None:
        self._values.setdefault(name, []).append(value)
        self._declared.append(name)

    def assign(self, name: str, value: Any) -> bool:
        """Sets a variable; False when there is none of that name."""
        stack = self._values.get(name)
        if not stack:
            return False
        stack[-1] = value
        return True

    def value(self, name: str) -> Any:
        stack = self._values.get(name)
        return stack[-1] if stack else UNDEFINED

    def mark(self) -> int:
        return len(self._declared)

    def forget_since(self, mark: int) -> None:
        while len(self._declared) > mark:
            self._values[self._declared.pop()].pop()
