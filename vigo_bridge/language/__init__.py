# SPDX-License-Identifier: GPL-3.0-or-later
"""The .vgo language: reads a folder of files into a typed stack, with all diagnostics."""

from vigo_bridge.language.diagnostics import Diagnostic
from vigo_bridge.language.model import Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.stack import load

__all__ = ["Diagnostic", "Position", "Stack", "load"]
