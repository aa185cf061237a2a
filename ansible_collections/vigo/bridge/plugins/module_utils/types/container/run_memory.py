# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run remembers of the containers of one engine, from one resource's turn to another's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...host.background import Background
from ..target import Target
from .engine import Engine


@dataclass
class RunMemory:
    """Filled as resources have their turns.

    pulled: images by name and platform that were pulled. settling: what goes on in the background
    with a container, by its name. followed: which containers were replaced with another one, by
    their names, until their own turn.
    """

    pulled: set[tuple[str, str]] = field(default_factory=set)
    settling: dict[str, Background[Any]] = field(default_factory=dict)
    followed: dict[str, str] = field(default_factory=dict)


def run_memory(engine: Engine, target: Target) -> RunMemory:
    """Return the memory of this run for an engine."""
    return target.service(f"memory of the run at {engine.host}", RunMemory)
