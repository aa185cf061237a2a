# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of a file resource."""

from __future__ import annotations

from typing import Any

ATTRIBUTES: dict[str, dict[str, Any]] = {
    "target_path": {"type": "str", "required": True},
    "content": {"type": "str"},
    "content_base64": {"type": "str"},
    "source": {"type": "str"},
    "stream_edit": {"type": "raw"},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "mode": {"type": "raw"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "secontext": {"type": "str"},
    "baseindent": {"type": "int", "default": 0},
    "backup": {"type": "raw"},
    "validate": {"type": "str"},
}

#: Where content comes from: one of these at most.
CONTENTS = ("content", "content_base64", "source")

#: What a task has beside these. The action plugin reads ``src`` and fills the others in: the
#: content of that file as base64, and whether the file was encrypted.
TASK_OPTIONS: dict[str, dict[str, Any]] = {
    "src": {"type": "str"},
    "_content": {"type": "str", "no_log": True},
    "_vaulted": {"type": "bool", "default": False},
}
