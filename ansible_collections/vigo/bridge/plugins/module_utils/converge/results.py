# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a resource that was not applied, or applied twice. Pure."""

from __future__ import annotations

from ..common.dataclass import replace
from ..types.result import Result
from .input import Resource


def skipped(resource: Resource, reason: str, failed_dependency: str | None = None) -> Result:
    """Return the result of a resource that was not applied."""
    return Result(
        resource.id, resource.type, "skipped", reason, failed_dependency=failed_dependency
    )


def unknown(resource: Resource, reason: str) -> Result:
    """Return check mode's result where the outcome is known only after the change."""
    return Result(resource.id, resource.type, "unknown", reason)


def merged(earlier: Result | None, later: Result) -> Result:
    """Return one result for a resource that was applied in both passes."""
    if earlier is None or not earlier.changed:
        return later
    actions = (earlier.action, later.action)
    if "unknown" in actions and "ran" not in actions:
        return earlier if earlier.action == "unknown" else later
    duration = earlier.duration_s + later.duration_s
    if later.action in ("none", "skipped", "unknown"):
        return replace(earlier, duration_s=duration)
    reason = "; ".join(filter(None, [f"{earlier.action}: {earlier.reason}", later.reason]))
    return replace(later, reason=reason, duration_s=duration)
