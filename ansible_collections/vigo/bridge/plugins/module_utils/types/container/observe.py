# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observes a container and its engine before a decision."""

from __future__ import annotations

from typing import Collection

from ...common.errors import ResourceError
from ..target import Target
from . import label, own_volumes, prefetch, pull
from .before_changes import before_changes
from .decide.decide import wanted_networks
from .engine import Engine
from .needed import Need, needs, other_container
from .observed import Existing, Image, Observed
from .owners import owners
from .replace import recover, situation
from .run_memory import RunMemory, run_memory
from .spec import ContainerSpec
from .values import donors
from .values.mount import Mount


def observe(engine: Engine, spec: ContainerSpec, target: Target) -> Observed:
    """Return everything that ``decide`` needs.

    Two preparations are done here, because each decision depends on them: an interrupted
    replacement is repaired, and the image is pulled as its policy says. In check mode both are
    predicted instead.
    """
    memory = run_memory(engine, target)
    followed = memory.leader(spec.name)
    memory.await_end((spec.name, _shared_name(spec), followed))
    container, repaired = _repaired(engine, spec, target, memory)
    is_adoptable = owners(target).note_found(engine, spec, container, target)
    if spec.is_wanted:
        for remark in own_volumes.remarks(engine, spec):
            target.note(remark)
    image, moved = _image(engine, spec, target, container)
    names = wanted_networks(spec) if spec.is_wanted else []
    subnets = {name: _subnets(engine, name, target) for name in names}
    shared, donated = _shared(engine, spec), _donors(engine, spec, container)
    return Observed(
        container=container,
        image=image,
        moved=moved,
        known_networks=frozenset(name for name in names if subnets[name] is not None),
        subnets={name: known for name, known in subnets.items() if known},
        file_env=_file_env(spec, target),
        log_driver=_log_driver(engine, spec, container),
        shared=shared,
        incapable=engine.incapable() if spec.settings.has_limits else frozenset(),
        missing_source=_missing_source(engine, spec, target, container),
        missing_container=_missing_container(engine, spec, target, {*shared, *donated}),
        donors=donated,
        repaired=repaired,
        followed=followed if container and label.FOLLOWS in container.labels else "",
        podman=engine.is_podman,
        is_adoptable=is_adoptable,
    )


def _subnets(engine: Engine, network: str, target: Target) -> tuple[str, ...] | None:
    """Return the subnets of a network as they are at this turn; None if it does not exist."""
    key = ("network", engine.host, network)
    if key not in target.overlay.objects:
        return engine.subnets(network)
    predicted = target.overlay.objects[key]
    if predicted is None:
        return None
    pools = (predicted.get("ipam") or {}).get("config") or ()
    return tuple(pool["subnet"] for pool in pools)


def _repaired(
    engine: Engine, spec: ContainerSpec, target: Target, memory: RunMemory
) -> tuple[Existing | None, str]:
    known = owners(target)
    current = engine.container(spec.name)
    known.refuse_foreign(current, spec.resource)
    if spec.name in memory.uncommitted:
        return current, ""
    may_exist = before_changes(engine, target).may_exist
    found = situation.look(
        engine, spec.name, current, known.refuse_foreign, known.is_ours, may_exist
    )
    needed = recover.decide(found)
    if needed is None:
        return current, ""
    if target.check_mode:
        return needed.left[spec.name], recover.prediction(needed)
    from .replace import repair  # Slow to load, and rarely needed.

    done = repair.carry_out(engine, spec, needed, target.note)
    return engine.container(spec.name), done


def _image(
    engine: Engine, spec: ContainerSpec, target: Target, container: Existing | None
) -> tuple[Image | None, bool | None]:
    if not spec.is_wanted or spec.is_by_name:
        return None, False
    if target.check_mode:
        return pull.predict(engine, spec, container, target)
    return prefetch.image(engine, spec, target), False


def _file_env(spec: ContainerSpec, target: Target) -> dict[str, str]:
    if not spec.is_wanted or not spec.settings.env_file:
        return {}
    from . import env_file_values  # Slow to load, and few containers need it.

    try:
        return env_file_values.read(spec.settings.env_file, target.overlay.files, target.note)
    except ResourceError as error:
        if not target.check_mode or all(map(target.overlay.is_clear, _paths(spec))):
            raise
        target.note(error.message)  # An earlier resource may change the file.
        return {}


def _paths(spec: ContainerSpec) -> list[str]:
    return [file.path for file in spec.settings.env_file or ()]


def _missing_source(
    engine: Engine, spec: ContainerSpec, target: Target, container: Existing | None
) -> str:
    """Return a missing path of a new mount that no earlier resource creates. Check mode only."""
    volumes = spec.settings.volumes
    recorded = container.recorded if container else None
    if not (target.check_mode and spec.is_wanted and volumes) or (
        recorded and recorded.holds("volumes", volumes)
    ):
        return ""
    overlay = target.overlay
    return engine.missing_source(
        [
            mount.source
            for mount in volumes
            if mount.needs_path
            and overlay.is_clear(mount.source)
            and overlay.kind(mount.source) is None
        ]
    )


def _missing_container(
    engine: Engine, spec: ContainerSpec, target: Target, existing: Collection[str]
) -> Need | None:
    """Return the need of a container that no earlier resource creates. Check mode only.

    existing: the names of those that it needs and that exist now.
    """
    if not target.check_mode or not spec.is_wanted or target.overlay.active:
        return None
    predicted = target.overlay.objects
    for need in needs(spec.settings):
        key = ("container", engine.host, need.name)
        exists = predicted[key] is not None if key in predicted else need.name in existing
        if not exists:
            return need
    return None


def _log_driver(engine: Engine, spec: ContainerSpec, container: Existing | None) -> str:
    """Return the engine's default, if the container's own log driver was removed from the spec."""
    recorded = container.recorded if container else None
    is_removed = recorded is not None and "log_driver" in recorded.fields
    return engine.log_driver() if is_removed and spec.settings.log_driver is None else ""


def _donors(
    engine: Engine, spec: ContainerSpec, container: Existing | None
) -> dict[str, tuple[Mount, ...]]:
    """Return the mounts of the containers whose volumes it is to have, or has."""
    present = container.settings.volumes_from if container else None
    wanted = donors.names((*(spec.settings.volumes_from or ()), *(present or ())))
    found = {name: engine.container(name) for name in dict.fromkeys(wanted)}
    return {name: donor.volumes for name, donor in found.items() if donor}


def _shared(engine: Engine, spec: ContainerSpec) -> dict[str, str]:
    names = {need.name for need in needs(spec.settings) if need.is_running}
    found = {name: engine.container(name) for name in sorted(names)}
    return {name: container.id for name, container in found.items() if container}


def _shared_name(spec: ContainerSpec) -> str:
    """Return the name of the container whose network it is to share, or empty."""
    return other_container(spec.settings.network_mode)
