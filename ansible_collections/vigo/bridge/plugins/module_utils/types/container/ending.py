# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops a container with its own signal and timeout."""

from __future__ import annotations

from .engine import Engine
from .observed import Existing


def end(engine: Engine, container: Existing) -> None:
    """Stop a container that has a process, with its own grace period.

    Podman cannot stop a paused one.
    """
    if container.status == "paused":
        engine.unpause(container.id)
    if container.has_process:
        engine.stop(container.id, container.grace)
