# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates the named volumes of a stack's container before the container, with the stack's labels.

An engine would create them without labels, so that their stack would be unknown.
"""

from __future__ import annotations

from ...state.ownership import Owner
from . import label
from .engine import Engine
from .spec import ContainerSpec


def create_missing(engine: Engine, spec: ContainerSpec) -> None:
    """Create the volumes of a stack's container that do not exist yet."""
    if not spec.scope:
        return
    owner = label.of_owner(Owner(spec.scope, spec.stack_id, spec.resource))
    labels = {label.VOLUME: owner.pop(label.SCOPE), **owner}
    for mount in spec.settings.volumes or ():
        if mount.is_bind or mount.is_anonymous or engine.volume(mount.source) is not None:
            continue
        engine.make_volume({"Name": mount.source, "Labels": labels})
