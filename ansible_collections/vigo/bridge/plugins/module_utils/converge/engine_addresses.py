# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the engines of a host that may have objects of a stack."""

from __future__ import annotations

import contextlib

from ..common.errors import ResourceError
from ..engine.address import address, usual_engine_is_there
from ..state.owners_file import OwnersFile
from ..state.ownership import Stack
from ..types.registry import TYPES
from .described import Described


def engine_addresses(wanted: Described, record: OwnersFile, stack: Stack) -> dict[str, bool]:
    """Return their addresses, each with whether the stack is known to use it.

    wanted: what the stack describes.
    """
    hosts = {}
    for resource in wanted.resources.values():
        if TYPES[resource.type].needs_engine:
            with contextlib.suppress(ResourceError):
                given = wanted.rendering.of(resource, ("docker_host",))()
                hosts[address(str(given.get("docker_host") or "").strip())] = True
    hosts.update(dict.fromkeys(record.engines(stack), True))
    if usual_engine_is_there():
        hosts.setdefault(address(""), False)
    return hosts
