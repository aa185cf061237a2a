# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolves a stack and host names to a plan: which envoy gets what."""

from vigo_bridge.resolve.plan import (
    Group,
    Plan,
    PlannedCrate,
    PlannedResource,
    Variable,
)
from vigo_bridge.resolve.resolver import check, resolve

__all__ = ["Group", "Plan", "PlannedCrate", "PlannedResource", "Variable", "check", "resolve"]
