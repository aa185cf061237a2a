# SPDX-License-Identifier: GPL-3.0-or-later
"""Which envoy gets what: a stack and host names to a plan."""

from vigo_bridge.resolve.plan import (
    Group,
    Plan,
    PlannedCrate,
    PlannedResource,
    Variable,
)
from vigo_bridge.resolve.resolver import check, resolve

__all__ = ["Group", "Plan", "PlannedCrate", "PlannedResource", "Variable", "check", "resolve"]
