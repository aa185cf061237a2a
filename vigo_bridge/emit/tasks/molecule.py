# SPDX-License-Identifier: GPL-3.0-or-later
"""The Molecule scenario inside a role."""

from __future__ import annotations

from pathlib import Path

from vigo_bridge.emit.tasks.roles import Role


def write_scenario(role: Role, folder: Path) -> None:
    """The files of one scenario."""
