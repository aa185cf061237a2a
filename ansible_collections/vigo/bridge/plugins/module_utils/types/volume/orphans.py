# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of a stack that its resources no longer name: reported, never removed."""

from __future__ import annotations

import contextlib
from typing import Any, Mapping

from ...common.errors import ResourceError
from ..base import Call
from ..container import label
from ..container.named import named
from ..container.owners import owners
from ..container.prune import engines_of_stack
from ..on_engine import marks
from ..target import Target


def report(call: Call, target: Target) -> None:
    """Add a note for each volume that no resource names any more."""
    if not (call.wants_prune or target.check_mode):
        return
    record, known = named(target), owners(target)
    found = []
    for engine in engines_of_stack(record, target):
        # An engine that does not answer is reported where containers are listed.
        with contextlib.suppress(ResourceError, OSError):
            for entry in engine.volumes_labelled(f"{label.VOLUME}={call.stack.scope}"):
                owner = marks.owner("volume", entry.get("Labels") or {})
                if known.owns_object("volume", entry["Name"], owner) and _is_left(
                    entry, call, record.described
                ):
                    found.append(entry["Name"])
    if found:
        target.note(
            f"volumes that are no longer in the stack: {', '.join(sorted(set(found)))} (nothing"
            " removes them, because of their data; `docker volume rm` does)"
        )


def _is_left(entry: Mapping[str, Any], call: Call, described: Mapping[str, str]) -> bool:
    """Return whether no resource names a volume. A resource that was not applied keeps its
    volume.
    """
    resource = (entry.get("Labels") or {}).get(label.RESOURCE) or ""
    if entry["Name"] in described.values():
        return False
    return resource not in call.resources or resource in described
