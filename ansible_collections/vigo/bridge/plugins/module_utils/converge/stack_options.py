# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a stack that all modules about one have."""

from __future__ import annotations

from typing import Any, Mapping

#: The options of each module about a stack. The types of resources check what is in them.
STACK_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "resources": {"type": "list", "elements": "dict"},
    "crates": {"type": "dict"},
    "vars": {"type": "dict"},
    "scope": {"type": "str"},
    "stack_id": {"type": "str"},
    "former_scopes": {"type": "list", "elements": "str"},
    "scope_is_default": {"type": "bool", "default": False},
    "only": {"type": "list", "elements": "str"},
    "state_dir": {"type": "path"},
    "docker_host": {"type": "str"},
}
