# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The note about resources that a user has stopped, which a run starts."""

from __future__ import annotations

from typing import Iterable

from ..state.stops import Stops
from ..types.result import Result
from ..types.target import Target


def note_started(stops: Stops, results: Iterable[Result], target: Target) -> None:
    """Note which stopped resources a run has started, and drop them. Raise Blocked."""
    for result in results:
        since = stops.get(result.id)
        if since is None or result.failed or result.action in ("skipped", "unknown"):
            continue
        if result.changed:
            becomes = "would be" if target.check_mode else "was"
            target.note(f"{result.id} was stopped by a user at {since}; it {becomes} started again")
        stops.forget(result.id)
