# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces a container, and those that share its network, as one transaction.

Its phase is always visible in names and labels, so that ``recover`` can finish or undo
what a killed run left:

1. create ``NAME.vigo-new``; its labels name the container that it replaces, and that one's state
2. run ``pre_stop`` and wait for ``drain_time``, where these are set
3. stop the old one, rename it to ``NAME.vigo-old``
4. rename the new one to ``NAME`` (before its start: Podman's DNS keeps the name of the start)
5. disarm the old one: with ``always``, both would run after a restart of the engine
6. start the new one and wait until it is settled
7. remove the old one, its volumes kept

Followers take each step with it: created after it, stopped before it, renamed, started and waited
for after it, removed before it (Podman would refuse the other order).
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Mapping, Sequence

from ....common.errors import Blocked, ResourceError
from .. import label
from ..ending import end
from ..engine import Engine
from ..observed import Existing
from ..settle import Settling
from ..spec import FAILED, NEW, OLD, ContainerSpec
from ..values import networks
from . import followers as followers_
from . import names
from .draining import drain
from .marks import labels_for
from .rollback import Swap, roll_back


def replace(
    engine: Engine,
    spec: ContainerSpec,
    old: Existing,
    followers: Sequence[Existing],
    payload: Mapping[str, Any],
    start: bool,
    note: Any,
    owner_labels: Callable[[Existing], Mapping[str, str]] = lambda container: {},
    keeps_old: bool = False,
) -> Callable[[], None]:
    """Replace a container, and return a function that waits for the new one and then removes the
    old one.

    Both raise ResourceError; the old containers are then restored. payload: the create
    call's body, with the labels of ``labels_for``. owner_labels: returns the owner labels of a
    follower's successor. keeps_old: whether step 6 is left to a later call, or to the next run.
    """
    for container in (old, *followers):
        names.refuse_foreign(engine, container.name)
    old_containers = [old, *followers]
    swaps = _created(engine, spec, old_containers, payload, note, owner_labels)
    try:
        drain(engine, spec, old.id, note)
    except ResourceError as error:
        with contextlib.suppress(ResourceError):
            _drop(engine, swaps)
        raise same_kind(error, f"{error.message}. The old container keeps running") from error
    try:
        _take_over(engine, swaps, old_containers)
        settling = _started(engine, swaps, old_containers) if start else []
    except ResourceError as error:
        raise _undone(engine, swaps, old, error) from error

    def finish() -> None:
        try:
            for each in settling:
                each.wait()
        except ResourceError as error:
            raise _undone(engine, swaps, old, error) from error
        finally:
            for each in settling:
                each.close()
        if not keeps_old:
            commit(engine, swaps)

    return finish


def create(
    engine: Engine, spec: ContainerSpec, name: str, payload: Mapping[str, Any], note: Any
) -> str:
    """Create a container with all its networks, not started, and return its ID.

    Nothing is left if it fails, unless the engine no longer responds.
    """
    try:
        new_id, warnings = engine.create(name, payload, spec.settings.platform or "")
        for warning in warnings:
            note(f"container {spec.name}: {warning}")
        further = networks.connected_later(spec.settings.networks or (), engine.is_podman)
        for attachment in further:
            engine.connect(attachment, new_id)
    except ResourceError:
        with contextlib.suppress(ResourceError):
            _drop_half_made(engine, name, payload["Labels"])
        raise
    return new_id


def _drop_half_made(engine: Engine, name: str, labels: Mapping[str, str]) -> None:
    """Remove a container by its name: the response with its ID may have been lost.

    Its volumes are removed only if it carries none over: Podman would remove those, too.
    """
    made = engine.container(name)
    if made is not None and made.labels.get(label.SPEC) == labels[label.SPEC]:
        engine.remove(made.id, volumes=label.REPLACES not in labels)


def _created(
    engine: Engine,
    spec: ContainerSpec,
    old_containers: Sequence[Existing],
    payload: Mapping[str, Any],
    note: Any,
    owner_labels: Callable[[Existing], Mapping[str, str]],
) -> list[Swap]:
    """Create and return all new containers, not started.

    Nothing is left when one cannot be created.
    """
    old, *followers = old_containers
    specs = [followers_.spec_of(follower, engine, spec) for follower in followers]
    swaps = [Swap(spec, old.id, create(engine, spec, spec.name + NEW, payload, note))]
    try:
        for follower, its_spec in zip(followers, specs):
            labels = {
                **owner_labels(follower),
                **labels_for(follower),
                label.FOLLOWS: swaps[0].new_id,
            }
            body = followers_.payload(engine, follower, its_spec, swaps[0].new_id, labels)
            new_id = create(engine, its_spec, follower.name + NEW, body, note)
            swaps.append(Swap(its_spec, follower.id, new_id))
    except ResourceError:
        with contextlib.suppress(ResourceError):
            _drop(engine, swaps)
        raise
    return swaps


def _drop(engine: Engine, swaps: Sequence[Swap]) -> None:
    """Remove new containers that never had the name."""
    for swap in reversed(swaps):
        engine.remove(swap.new_id)


def _take_over(engine: Engine, swaps: Sequence[Swap], old_containers: Sequence[Existing]) -> None:
    """Stop and rename the old containers, and give their names to the new ones."""
    for old in reversed(old_containers):
        end(engine, old)
    for swap in swaps:
        engine.rename(swap.old_id, swap.name + OLD)
        engine.rename(swap.new_id, swap.name)
        names.disarm(engine, swap.old_id)


def _started(
    engine: Engine, swaps: Sequence[Swap], old_containers: Sequence[Existing]
) -> list[Settling]:
    """Start the new container, and its followers if they were running, and return them."""
    settling: list[Settling] = []
    try:
        for swap, old in zip(swaps, old_containers):
            if swap is swaps[0] or old.has_process:
                settling.append(_start(engine, swap))
    except ResourceError as error:
        try:
            # If the new container has exited, a follower cannot start; report that as the cause.
            if settling and not isinstance(error, Blocked):
                settling[0].wait()
        finally:
            for each in settling:
                each.close()
        raise
    return settling


def _start(engine: Engine, swap: Swap) -> Settling:
    return Settling(engine, swap.spec, swap.new_id, lambda: engine.start(swap.new_id), fresh=True)


def commit(engine: Engine, swaps: Sequence[Swap]) -> None:
    """Remove the old containers, now that the new ones are settled; volumes stay."""
    try:
        for swap in reversed(swaps):
            _remove_with_retry(engine, swap.old_id)
    except ResourceError as error:
        raise left_behind(swaps[0].name, error) from error
    with contextlib.suppress(ResourceError):  # The next replacement also removes it.
        for swap in swaps:
            names.drop_failed(engine, swap.name)


def left_behind(name: str, error: ResourceError) -> ResourceError:
    """Return the error for an old container that could not be removed."""
    return same_kind(
        error,
        f"container {name} was replaced and is running, but the old one still exists as"
        f" {name}{OLD}: {error.message}. The next run removes it",
    )


def _remove_with_retry(engine: Engine, container_id: str) -> None:
    """Remove a container, and retry once: a response may be lost, and a missing container is not an
    error.
    """
    try:
        engine.remove(container_id)
    except ResourceError:
        engine.remove(container_id)


def _undone(
    engine: Engine, swaps: Sequence[Swap], old: Existing, error: ResourceError
) -> ResourceError:
    """Undo a replacement that failed, and return its error."""
    try:
        _roll_back_with_retry(engine, swaps, doubtful=isinstance(error, Blocked))
    except ResourceError as second:
        return same_kind(
            error,
            f"{error.message}; restoring the old container also failed: {second.message}. The next"
            " run tries again",
        )
    name = swaps[0].name
    state = "was restored and is running" if old.has_process else "was restored"
    kept = engine.container(name + FAILED)
    trace = f"; the new one was stopped and kept as {name}{FAILED}" if kept else ""
    message = f"{error.message}. The old container {state}{trace}"
    return same_kind(error, message)


def _roll_back_with_retry(engine: Engine, swaps: Sequence[Swap], doubtful: bool) -> None:
    """Roll back, and try twice: one failed call must not leave the service down.

    Steps that are done are not repeated.
    """
    try:
        roll_back(engine, swaps, doubtful)
    except ResourceError:
        roll_back(engine, swaps, doubtful)


def same_kind(error: ResourceError, message: str) -> ResourceError:
    """Return an error with another message."""
    changed = ResourceError(message, log=error.log, rc=error.rc)
    changed.status = error.status
    return changed
