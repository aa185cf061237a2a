# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line. Each file holds one group of commands; they call the other packages in turn."""

from __future__ import annotations

from vigo_bridge.cli.program import program as main

__all__ = ["main"]
