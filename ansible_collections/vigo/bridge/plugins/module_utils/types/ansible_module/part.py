# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of a type after its module, for what the module does not support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Protocol

from ...common.dataclass import dataclass

if TYPE_CHECKING:
    from ..target import Target


@dataclass(frozen=True)
class Change:
    """A change that is needed: why, and Ansible's before and after."""

    reason: str
    diff: Mapping[str, Any] | None = None


class Part(Protocol):
    """A property that is compared and changed after the module has run."""

    def look(self, target: Target) -> Change | None:
        """Return the change that is needed, without making it. Raise ResourceError and OSError.

        In check mode, the object that the module would create may be missing.
        """

    def apply(self, target: Target) -> None:
        """Make the change. Raise ResourceError and OSError."""
