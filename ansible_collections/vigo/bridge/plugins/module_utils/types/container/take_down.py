# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes a stack's objects on an engine: containers, networks, and volumes if requested.

Labels and the host's record show what belongs to the stack. Objects that other containers use are
kept.
"""

from __future__ import annotations

import contextlib
import threading
import time
from functools import partial
from typing import Any, Callable, Container, Iterator, Mapping, Sequence

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...engine.connection import Refused
from ...host.background import Background
from ...host.caller_watch import leave_if_gone
from ..on_engine import marks
from ..result import PRUNED, Result, as_failed
from . import label
from .ending import end
from .engine import Engine
from .observed import Existing
from .owners import Owners, is_proven, own_networks
from .values import mounts

#: The number of parallel removals.
_AT_A_TIME = 8
CONTAINER, NETWORK, VOLUME = "container", "network", "volume"


@dataclass(frozen=True)
class Owned:
    """An object of the stack. resource: the ID of the one that it belongs to; may be empty.

    users: the names of containers of others that use it. shares: whether it uses another
    container's network.
    """

    engine: Engine
    kind: str
    id: str
    name: str
    resource: str = ""
    users: tuple[str, ...] = ()
    shares: bool = False


def find_all(
    engine: Engine, whose: Owners, order: Sequence[str], with_volumes: bool
) -> list[Owned]:
    """Return the stack's objects on an engine, in the order of their removal.

    order: the IDs of the stack's resources; the last one is removed first. with_volumes: also
    named volumes. Raise ResourceError.
    """
    containers = _containers(engine, whose, order)
    own = {each.name for each in containers}
    found = [*containers, *_networks(engine, whose, own)]
    return [*found, *_volumes(engine, whose, own)] if with_volumes else found


def kept_volumes(engine: Engine, whose: Owners) -> list[str]:
    """Return the names of the stack's volumes. Raise ResourceError."""
    return [each.name for each in _volumes(engine, whose, set())]


def _containers(engine: Engine, whose: Owners, order: Sequence[str]) -> list[Owned]:
    place = {resource: number for number, resource in enumerate(order)}
    found: list[tuple[bool, int, str, Owned]] = []
    for entry in engine.all_containers():
        labels = entry.get("Labels") or {}
        if not whose.owns(entry["Id"], labels) or not is_proven(engine, entry["Id"], whose):
            continue
        container = engine.container(entry["Id"])
        if container is None:
            continue
        owner = whose.owner(container.id, labels)
        resource = owner.resource if owner else ""
        # Podman removes no container whose network another one uses.
        shares = container.network_mode.startswith("container:")
        owned = Owned(engine, CONTAINER, container.id, container.name, resource, shares=shares)
        found.append((not shares, -place.get(resource, len(order)), container.name, owned))
    return [owned for *_key, owned in sorted(found, key=lambda one: one[:3])]


def _networks(engine: Engine, whose: Owners, own: set[str]) -> Iterator[Owned]:
    for name, (identity, resource) in sorted(own_networks(engine, whose).items()):
        users = tuple(user for user in engine.users(NETWORK, name) if user not in own)
        yield Owned(engine, NETWORK, identity, name, resource, users)


def _volumes(engine: Engine, whose: Owners, own: set[str]) -> Iterator[Owned]:
    if whose.stack is None:
        return
    by_name = f"{label.VOLUME}={whose.stack.scope}"
    wanted = f"{label.STACK_ID}={whose.stack.id}" if whose.stack.id else by_name
    for entry in sorted(engine.volumes_labelled(wanted), key=lambda one: str(one["Name"])):
        name, owner = entry["Name"], marks.owner(VOLUME, entry.get("Labels") or {})
        if owner is not None and whose.stack.owns(owner):
            users = tuple(user for user in engine.users(VOLUME, name) if user not in own)
            yield Owned(engine, VOLUME, name, name, owner.resource, users)


def remove_all(
    found: Sequence[Owned],
    types: Mapping[str, Any],
    needs: Callable[[str], Container[str]],
    check_mode: bool,
) -> list[Result]:
    """Remove objects, and return a result for each.

    Independent objects are removed at the same time, because a container may need its whole grace
    period. types: the types of the stack's resources, by ID. needs: returns what a resource
    depends on. check_mode: only predict.
    """
    ids = _ids(found, types)
    free = threading.BoundedSemaphore(_AT_A_TIME)

    def remove(each: Owned, result_id: str) -> Result:
        with free:
            return _removed(each, result_id, check_mode)

    removals: list[Background[Result]] = []
    for number, each in enumerate(found):
        for earlier, removal in zip(found, removals):
            if (
                earlier.kind != each.kind
                or earlier.shares
                or each.resource in needs(earlier.resource)
            ):
                removal.wait()
        removals.append(Background(partial(remove, each, ids[number])))
    return [removal.result() for removal in removals]


def _ids(found: Sequence[Owned], types: Mapping[str, Any]) -> list[str]:
    """Return an ID for each result: the resource's for the first of its kind, see `prune`."""
    taken: set[str] = set()
    ids = []
    for each in found:
        name = each.name if each.kind == CONTAINER else f"{each.kind}/{each.name}"
        options = [f"{PRUNED}{name}", f"{PRUNED}{name}@{each.engine.host}"]
        if types.get(each.resource) == each.kind:
            options.insert(0, each.resource)
        ids.append(next(option for option in options if option not in taken))
        taken.add(ids[-1])
    return ids


def _removed(each: Owned, result_id: str, check_mode: bool) -> Result:
    leave_if_gone()
    began = time.monotonic()
    result = Result(result_id, each.kind, "deleted", f"{each.kind} {each.name}")
    if each.users:
        reason = f"{each.kind} {each.name} is still used by {', '.join(each.users)}"
        return Result(result_id, each.kind, "skipped", reason)
    try:
        if not check_mode:
            _REMOVE[each.kind](each)
    except (ResourceError, OSError) as error:
        return as_failed(result, error)
    duration = time.monotonic() - began
    return Result(result_id, each.kind, "deleted", result.reason, duration_s=duration)


def _remove_container(each: Owned) -> None:
    container = each.engine.container(each.id)
    if container is None:
        return
    end(each.engine, container)
    each.engine.remove(container.id, volumes=True)
    for name in _anonymous(container):
        each.engine.remove_volume(name)


def _anonymous(container: Existing) -> list[str]:
    """Return its volumes without a name.

    Those that were carried over from a former container count as named for the engine.
    """
    return [
        mount.source
        for mount in container.volumes
        if mount.is_volume and mounts.is_anonymous_name(mount.source)
    ]


def _remove_network(each: Owned) -> None:
    with _already_gone():
        each.engine.remove_network(each.id)


def _remove_volume(each: Owned) -> None:
    with _already_gone():
        each.engine.delete_volume(each.name)


@contextlib.contextmanager
def _already_gone() -> Iterator[None]:
    """Ignore that something was removed in the meantime."""
    try:
        yield
    except Refused as error:
        if error.code != 404:
            raise


_REMOVE = {CONTAINER: _remove_container, NETWORK: _remove_network, VOLUME: _remove_volume}
