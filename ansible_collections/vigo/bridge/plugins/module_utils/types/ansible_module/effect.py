# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a module: what it reads and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...host.overlay import Foresight


@dataclass(frozen=True)
class Effect:
    """What is the same for all: nothing."""

    @property
    def is_foreseen(self) -> bool:
        """Return whether check mode knows exactly what a change does."""
        return False

    def is_certain(self, foresight: Foresight) -> bool:
        """Return whether no earlier change that is only predicted can alter what it finds."""
        raise NotImplementedError

    def predict(self, foresight: Foresight) -> None:
        """Record what a change that is certain does."""
        self.blur(foresight)

    def blur(self, foresight: Foresight) -> None:
        """Record that a change may come, or not."""
        raise NotImplementedError

    def is_awaiting(self, foresight: Foresight) -> bool:
        """Return whether it needs what earlier changes would create, so that asking it fails."""
        return False

    def creates(self) -> bool:
        """Return whether it is about something that does not exist on this machine."""
        return False

    def refuse(self, foresight: Foresight) -> None:
        """Raise ResourceError if a change would fail, and check mode of the module does not."""
