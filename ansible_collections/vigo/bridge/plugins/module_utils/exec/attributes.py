# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of an exec resource."""

from __future__ import annotations

from typing import Any

ATTRIBUTES: dict[str, dict[str, Any]] = {
    "command": {"type": "raw", "required": True},
    "onlyif": {"type": "str"},
    "unless": {"type": "str"},
    "creates": {"type": "str"},
    "removes": {"type": "str"},
    "stdin": {"type": "str"},
    "secret_file": {"type": "str"},
    "cwd": {"type": "str"},
    "user": {"type": "str"},
    "environment": {"type": "raw"},
    "returns": {"type": "raw"},
    "logoutput": {"type": "raw"},
    "background": {"type": "bool", "default": False},
    "nice": {"type": "int", "default": 0},
    "timeout": {"type": "raw"},
}
