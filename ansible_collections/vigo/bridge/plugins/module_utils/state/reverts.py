# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources of a scope are reverted, so that each is reverted once."""

from __future__ import annotations

from .resource_texts import ResourceTexts


class Reverts(ResourceTexts):
    """The IDs of the reverted resources, each with what was undone."""

    kind = "reverts"
    key = "reverted"
    loss = "the resources that it lists are reverted again"

    def has(self, resource: str, what: str) -> bool:
        """Return whether this was undone, and nothing was applied since."""
        return self.get(resource) == what
