# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource types: the one list that all others are made from.

The imports are written out, because Ansible sends to a target what a module's imports name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Mapping

from .container.descriptor import TYPE as CONTAINER
from .descriptor import ResourceType
from .exec.descriptor import TYPE as EXEC
from .file.descriptor import TYPE as FILE

#: By name, in the order in which they are documented.
TYPES: Mapping[str, ResourceType] = {kind.name: kind for kind in (CONTAINER, FILE, EXEC)}


@lru_cache(maxsize=None)
def names_where(flag: str) -> frozenset[str]:
    """Return the names of the attributes of any type with a flag of `Attribute`."""
    return frozenset(name for kind in TYPES.values() for name in kind.names_where(flag))
