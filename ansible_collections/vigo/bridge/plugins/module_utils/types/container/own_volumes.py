# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates the named volumes of a container before the container, with the labels of its stack.

An engine would create them without labels, so that their stack would be unknown, and Podman without
the options of their driver.
"""

from __future__ import annotations

from ...state.ownership import Owner
from . import label
from .engine import Engine
from .spec import ContainerSpec


def create_missing(engine: Engine, spec: ContainerSpec) -> None:
    """Create the volumes with names that do not exist yet.

    Without a stack, only those with settings of their own.
    """
    labels = {}
    if spec.scope:
        owner = label.of_owner(Owner(spec.scope, spec.stack_id, spec.resource))
        labels = {label.VOLUME: owner.pop(label.SCOPE), **owner}
    for mount in spec.settings.volumes or ():
        body = {
            "Labels": {**mount.pairs("volume-label"), **labels},
            "Driver": mount.value("volume-driver"),
            "DriverOpts": mount.pairs("volume-opt"),
        }
        chosen = {name: value for name, value in body.items() if value}
        if not (mount.is_volume and mount.source and chosen):
            continue
        if engine.volume(mount.source) is None:
            engine.make_volume({"Name": mount.source, **chosen})
