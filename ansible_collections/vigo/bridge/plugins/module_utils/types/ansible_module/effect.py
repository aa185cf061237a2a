# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a module: what it reads and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...host.overlay import Overlay


@dataclass(frozen=True)
class Effect:
    """The effect of one module. The base class knows nothing of it."""

    @property
    def is_predictable(self) -> bool:
        """Return whether check mode knows exactly what a change does."""
        return False

    def is_certain(self, overlay: Overlay) -> bool:
        """Return whether no earlier change that is only predicted can alter what it finds."""
        raise NotImplementedError

    def predict(self, overlay: Overlay) -> None:
        """Record the effects of a certain change."""
        self.mark_uncertain(overlay)

    def mark_uncertain(self, overlay: Overlay) -> None:
        """Record what an uncertain change may affect."""
        raise NotImplementedError

    def is_awaiting(self, overlay: Overlay) -> bool:
        """Return whether it needs what earlier changes would create, so that asking it fails."""
        return False

    def creates(self) -> bool:
        """Return whether it is about something that does not exist on this machine."""
        return False

    def refuse(self, overlay: Overlay) -> None:
        """Raise ResourceError if a change would fail, and check mode of the module does not."""
