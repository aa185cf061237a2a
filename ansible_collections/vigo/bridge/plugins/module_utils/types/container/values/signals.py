# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stop signal of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....common.signals import number

if TYPE_CHECKING:
    from ..observed import Observed

_USUAL = "SIGTERM"


def read(value: Any) -> str:
    """Return the signal of an inspect payload."""
    return str(value or _USUAL)


def form(name: Any) -> Any:
    """Return the number of a signal; an unknown one as it is written."""
    return number(str(name)) or name


def unset(observed: Observed) -> tuple[Any, ...]:
    """Return the signal that a container has by default."""
    return (form(observed.image_config.get("StopSignal") or _USUAL),)
