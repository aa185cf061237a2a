# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module reads and changes, as far as that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...common.dataclass import dataclass

if TYPE_CHECKING:
    from ...host.overlay import Overlay


@dataclass(frozen=True)
class Effect:
    """The effect of one module. The base class stands for an unknown effect."""

    @property
    def is_predictable(self) -> bool:
        """Return whether check mode knows exactly what a change does."""
        return False

    def is_certain(self, overlay: Overlay) -> bool:
        """Return whether no earlier predicted change can alter what the module observes."""
        raise NotImplementedError

    def predict(self, overlay: Overlay) -> None:
        """Record the effects of a certain change."""
        self.mark_uncertain(overlay)

    def mark_uncertain(self, overlay: Overlay) -> None:
        """Record what an uncertain change may affect."""
        raise NotImplementedError

    def is_awaiting(self, overlay: Overlay) -> bool:
        """Return whether the module needs what earlier changes would create, and so fails in check
        mode.
        """
        return False

    def creates(self) -> bool:
        """Return whether the module would create something that does not exist on this machine."""
        return False

    def refuse(self, overlay: Overlay) -> None:
        """Raise ResourceError if a run would fail although the module's own check mode succeeds."""
