# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which limits the host of an engine can set. Pure."""

from __future__ import annotations

from typing import Any, Collection, Mapping

from .settings import LIMITS

#: The control group that each ability needs, as engines call both.
_CONTROLLERS = {
    "MemoryLimit": "memory",
    "SwapLimit": "memory",
    "CpuCfsPeriod": "cpu",
    "CpuCfsQuota": "cpu",
    "CPUShares": "cpu",
    "CPUSet": "cpuset",
    "PidsLimit": "pids",
}


def incapable(
    info: Mapping[str, Any], controllers: Collection[str] | None = None
) -> frozenset[str]:
    """Return the limits that a host cannot set, by the names of their attributes.

    info: from the engine. controllers: the control groups that Podman can use. It reports abilities
    of the kernel, also where a user has not been given these control groups.
    """
    return frozenset(
        name for name, limit in LIMITS.items() if not _can(limit.ability, info, controllers)
    )


def _can(ability: str, info: Mapping[str, Any], controllers: Collection[str] | None) -> bool:
    needed = _CONTROLLERS.get(ability)
    lacks_it = controllers is not None and needed is not None and needed not in controllers
    return info.get(ability) is not False and not lacks_it
