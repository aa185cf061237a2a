# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggests the next command for a new stack."""

from __future__ import annotations

import socket
from pathlib import Path

from vigo_bridge.resolve.globs import glob_matches


def plan_call(folder: Path, pattern: str) -> str:
    """Return a call of `plan` on this machine, under a name that the stack's match entry
    matches.
    """
    name = ""
    if not glob_matches(pattern, socket.getfqdn()):
        example = pattern.replace("*", "web1")
        name = f" --as {example if glob_matches(pattern, example) else 'NAME'}"
    return f"vigo-bridge plan{stacks_option(folder)} --local{name}"


def stacks_option(folder: Path) -> str:
    return "" if folder == Path("stacks") else f" --stacks {folder}"
