# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parsers and the behaviours of edits, by the name of their type."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ..descriptor import ResourceType
from . import cron, file_line, host, json_file, replace, sysctl
from .behaviour import TextEdit
from .edit import Edit
from .kernel_parameter import KernelParameter

#: The parser of each type.
EDITS: Mapping[str, Callable[[Mapping[str, Any]], Edit]] = {
    "file_line": file_line.parse,
    "replace": replace.parse,
    "json_file": json_file.parse,
    "host": host.parse,
    "cron": cron.parse,
    "sysctl": sysctl.parse,
}
#: The behaviours of types that do more than change a file.
_BEHAVIOURS: Mapping[str, Callable[[ResourceType], TextEdit]] = {"sysctl": KernelParameter}


def behaviour_of(kind: ResourceType) -> TextEdit:
    """Return the behaviour that applies the edits of a type."""
    return _BEHAVIOURS.get(kind.name, TextEdit)(kind)
