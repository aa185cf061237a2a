# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the user before something is removed."""

from __future__ import annotations

import sys

from vigo_bridge.failures import Refusal
from vigo_bridge.report.printing import echo


def confirmed(question: str) -> bool:
    """Return whether the user answers yes. Raise Refusal if there is no terminal."""
    if not sys.stdin.isatty():
        raise Refusal("standard input is not a terminal, so nobody can confirm this; add --yes.")
    echo(f"{question} [y/N] ", err=True, nl=False)
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    echo("Nothing was changed.", err=True)
    return False
