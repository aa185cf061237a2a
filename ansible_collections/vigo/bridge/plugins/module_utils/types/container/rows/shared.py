# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rows of several subjects use."""

from __future__ import annotations

from typing import Any

from ....common.comma_strings import as_list, text
from ..setting import (
    Engines,
)


def plain(value: Any, attribute: str) -> str:
    """Read one text."""
    return text(value).strip()


def entries(value: Any, attribute: str) -> tuple[str, ...]:
    return tuple(as_list(value))


#: Where a container of another tool may have entries that were not set.
ALWAYS = ("docker", "podman")
UNREPORTED = Engines(
    "compared",
    "compared",
    "not reported: assumed equal",
    case="{} of a container that another tool created",
)
