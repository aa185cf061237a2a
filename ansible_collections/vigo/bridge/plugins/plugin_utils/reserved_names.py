# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of Ansible's own, which no user's variable can mean."""

from __future__ import annotations

from ansible import constants as C
from ansible.vars.reserved import get_reserved_names

#: All of Ansible's names that start so are its own, too.
RESERVED_PREFIX = "ansible_"


def reserved_names() -> set[str]:
    """Keywords of playbooks and variables that Ansible sets itself."""
    return {*get_reserved_names(include_private=True), *C.INTERNAL_STATIC_VARS}


def is_reserved(name: str) -> bool:
    return name.startswith(RESERVED_PREFIX) or name in reserved_names()
