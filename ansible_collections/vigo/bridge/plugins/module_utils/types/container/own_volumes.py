# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The named volumes of a container: created before it, with the labels of its stack.

An engine would create them without labels, so that their stack would be unknown, and Podman without
the options of their driver.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ...state.ownership import Owner
from . import label
from .engine import Engine
from .spec import ContainerSpec
from .values.mount import Mount

#: The driver of a volume for which none is set.
_DRIVER = "local"


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


def remarks(engine: Engine, spec: ContainerSpec) -> Iterator[str]:
    """Yield a sentence for each existing volume that has another driver or other options than its
    mount.
    """
    for mount in spec.settings.volumes or ():
        if not (mount.is_volume and mount.source):
            continue
        if mount.value("volume-driver") or mount.values("volume-opt"):
            found = engine.volume(mount.source)
            differences = [] if found is None else [*_differences(mount, found)]
            if differences:
                yield (
                    f"volume {mount.source} already exists with {', and '.join(differences)}. It"
                    " stays as it is, because recreating it would delete its data. To use the"
                    " settings of the mount, choose another name, or save the data and remove the"
                    f" volume with `docker volume rm {mount.source}` first"
                )


def _differences(mount: Mount, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what differs, without the values of options, which can be passwords."""
    actual, wanted = found.get("Driver") or _DRIVER, mount.value("volume-driver") or _DRIVER
    if actual != wanted:
        yield f"the driver {actual}, not {wanted}"
    options, pairs = found.get("Options") or {}, mount.pairs("volume-opt")
    names = sorted(name for name, value in pairs.items() if str(options.get(name)) != value)
    if names:
        values = "other values of the options" if len(names) > 1 else "another value of the option"
        yield f"{values} {', '.join(names)}"
