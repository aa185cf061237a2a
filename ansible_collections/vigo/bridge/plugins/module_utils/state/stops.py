# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources of a scope a user has stopped, until the next run starts them."""

from __future__ import annotations

from .resource_texts import ResourceTexts


class Stops(ResourceTexts):
    """The IDs of the stopped resources, each with the time (RFC 3339)."""

    kind = "stops"
    key = "stopped"
    loss = "the resources that it lists are no longer known as stopped by a user"
