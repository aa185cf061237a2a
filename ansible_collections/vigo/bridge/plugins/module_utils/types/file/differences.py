# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a file differs from what it should be. Pure."""

from __future__ import annotations

from .observation import Observed
from .owners import group_name, user_name
from .spec import FileSpec

#: The possible steps: write the whole file, set attributes of the existing one, or remove it.
CONTENT, ATTRIBUTES, REMOVE, NOTHING = "content", "attributes", "remove", ""


def step(spec: FileSpec, observed: Observed) -> str:
    """Return the step that a file or a link needs, which may be none."""
    if spec.state == "absent":
        return NOTHING if observed.kind == "missing" else REMOVE
    if observed.kind != "file" or observed.desired_digest not in (None, observed.digest):
        return CONTENT
    return ATTRIBUTES if attribute_changes(spec, observed) else NOTHING


def attribute_changes(spec: FileSpec, observed: Observed) -> list[tuple[str, str, str]]:
    """Return the name, the old and the new value of each attribute that differs."""
    changes = []
    if observed.mode != observed.desired_mode:
        changes.append(("mode", f"{observed.mode:04o}", f"{observed.desired_mode:04o}"))
    if observed.desired_uid not in (None, observed.uid):
        changes.append(("owner", user_name(observed.uid), str(spec.owner)))
    if observed.desired_gid not in (None, observed.gid):
        changes.append(("group", group_name(observed.gid), str(spec.group)))
    if spec.secontext not in (None, observed.secontext):
        changes.append(("secontext", observed.secontext or "none", spec.secontext))
    return changes
