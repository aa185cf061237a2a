# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the body of the engine's create call from a spec. Pure."""

from __future__ import annotations

from typing import Any, Mapping

from .. import label
from ..observed import Existing, Image
from ..setting import Making, Reveal
from ..settings import SETTINGS
from ..spec import ContainerSpec
from ..values import mounts
from ..values.donors import names as donor_names
from ..values.mount import Mount


def payload(
    spec: ContainerSpec,
    image: Image,
    file_env: Mapping[str, str],
    reveal: Reveal,
    carried: tuple[Mount, ...] = (),
    further_labels: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the body of the create call. carried: volumes of the container that this one replaces.

    Only settings that are set are sent, so that all others keep the defaults of the image or the
    engine.
    """
    body: dict[str, Any] = {"HostConfig": {}}
    making = Making(image.config, file_env, reveal, carried)
    for setting in SETTINGS.values():
        for place, value in setting.created(spec.settings, making).items():
            if value is not None:
                _put(body, place, value)
    ours = {**label.labels(spec, file_env), **(further_labels or {})}
    return {**body, "Labels": {**body.get("Labels", {}), **ours}}


def _put(body: dict[str, Any], place: str, value: Any) -> None:
    """Put a value in the body. What inspect has in ``Config``, the create call has at the top."""
    *way, key = place.split(".")
    for part in way[way[:1] == ["Config"] :]:
        body = body.setdefault(part, {})
    body[key] = value


def carried_over(
    spec: ContainerSpec,
    old: Existing,
    image: Image,
    donors: Mapping[str, tuple[Mount, ...]] | None = None,
) -> tuple[Mount, ...]:
    """Return the volumes of an old container that its successor must have, so that no data is lost.

    These are all volumes that the spec does not name, if the new image or the spec still declares
    their path; not those that our label named and the user has since removed, and not those of
    donors, the containers in ``volumes_from``.
    """
    if spec.renew_volumes:
        return ()
    wanted = {mount.target: mount for mount in spec.settings.volumes or ()}
    declared = {*image.declared_volumes, *(path for path in wanted if wanted[path].is_anonymous)}
    removed = _recorded_volumes(old)
    known = donors or {}
    of_others = {mount.source for mounts_of in known.values() for mount in mounts_of}
    given = {
        mount.target
        for name in donor_names(spec.settings.volumes_from)
        for mount in known.get(name, ())
    }
    return tuple(
        mount
        for mount in old.volumes
        if mount.is_volume
        and mount.target in declared
        and mount.source not in of_others
        and (mount.target not in given or mount.target in wanted)
        and (mount.target not in wanted or wanted[mount.target].is_anonymous)
        and (mounts.is_anonymous_name(mount.source) or str(mount) not in removed)
    )


def _recorded_volumes(old: Existing) -> set[str]:
    """Return the volumes that the user had set when it was created; none if there were too many
    to record.
    """
    if old.recorded is None or "volumes" in old.recorded.hashed:
        return set()
    return set(old.recorded.fields.get("volumes") or ())
