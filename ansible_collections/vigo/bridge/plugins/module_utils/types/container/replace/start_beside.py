# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces a running container without downtime (``update: start-first``).

Its phase is always visible in names and labels, as with ``replace``:

1. create ``NAME.vigo-new`` without a restart policy: with one, both would run after a restart of
   the engine
2. start it beside the old one, and wait until it is settled
3. give it its restart policy
4. rename the old one to the name in the other case (``app`` to ``APP``), the new one to ``NAME``,
   and the old one to ``NAME.vigo-old``: Docker's DNS ignores case, so other containers find the old
   one by the name, then both, and then the new one
5. disarm the old one
6. run ``pre_stop`` and wait for ``drain_time``, while the old one finishes its requests
7. stop the old one, only if the new one still serves, and remove it, its volumes kept
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Mapping

from ....common.errors import Blocked, ResourceError
from ..ending import end
from ..engine import Engine
from ..observed import Existing
from ..settings import Settings
from ..settle import Settling, settle
from ..spec import FAILED, NEW, ContainerSpec
from ..values import restart
from . import draining, marks, names
from .replace import commit, create, left_behind, same_kind
from .rollback import Swap, start_with_retries
from .swap_names import hand_back, hand_over

Note = Callable[[str], object]


def start_beside(
    engine: Engine,
    spec: ContainerSpec,
    old: Existing,
    payload: Mapping[str, Any],
    note: Note,
    keeps_old: bool = False,
) -> Callable[[], None]:
    """Start a new container, and return a function that waits for it and then puts it in the old
    one's place.

    Both raise ResourceError; the old container then runs as before. payload: the create call's
    body, with the labels of ``start_first_labels_for``. keeps_old: whether the old one is stopped,
    but its removal is left to a later call, or to the next run.
    """
    names.refuse_foreign(engine, spec.name)
    host = {**payload.get("HostConfig", {}), "RestartPolicy": restart.payload(restart.NO)}
    new_id = create(engine, spec, spec.name + NEW, {**payload, "HostConfig": host}, note)
    swap = Swap(spec, old.id, new_id)
    try:
        settling = Settling(engine, spec, new_id, lambda: engine.start(new_id), fresh=True)
    except ResourceError as error:
        raise _undone(engine, swap, error) from error

    def finish() -> None:
        try:
            settling.wait()
            take_place(engine, swap, note)
        except ResourceError as error:
            raise _undone(engine, swap, error) from error
        if not keeps_old:
            retire(engine, swap)
        else:
            _stop_with_retry(engine, swap.old_id)

    return finish


def take_place(engine: Engine, swap: Swap, note: Note) -> None:
    """Give the new container, which is settled, the old one's place, and let the old one finish.

    What is done already is not repeated, except for ``pre_stop`` and the wait.
    """
    new = _expected(engine, swap)
    policy = swap.spec.settings.restart or restart.NO
    if new.settings.restart != policy:
        engine.update(new.id, {"RestartPolicy": restart.payload(policy)})
    hand_over(engine, swap.name, swap.old_id, swap.new_id)
    names.disarm(engine, swap.old_id)
    draining.drain(
        engine, swap.spec, swap.old_id, note, lambda: _refuse_to_stop(engine, swap, new.started_at)
    )


def retire(engine: Engine, swap: Swap) -> None:
    """Stop and remove the old container, after which the update cannot be undone."""
    try:
        _stop_with_retry(engine, swap.old_id)
    except ResourceError as error:
        raise left_behind(swap.name, error) from error
    commit(engine, [swap])


def _stop_with_retry(engine: Engine, container_id: str) -> None:
    """Stop a container, and try twice: both would serve."""
    try:
        _end(engine, container_id)
    except ResourceError:
        _end(engine, container_id)


def _end(engine: Engine, container_id: str) -> None:
    container = engine.container(container_id)
    if container is not None:
        end(engine, container)


def swap_back(engine: Engine, swap: Swap, doubtful: bool) -> None:
    """Let the old container serve again, and keep the new one as ``NAME.vigo-failed``.

    doubtful: whether the engine may still carry out a call; it continues without its client. Then
    a new one that was not started is removed. What is done already is not repeated.
    """
    old, new = engine.container(swap.old_id), engine.container(swap.new_id)
    if old is None:
        raise ResourceError(
            f"container {swap.name}: the former container {swap.old_id[:12]} was removed by"
            " something else, so it cannot be restored; run again to recreate it"
        )
    prior = marks.prior(new) if new is not None else marks.Prior()
    # This comes first, so that it also runs after a restart of the engine.
    if prior.restart is not None and prior.restart != old.settings.restart:
        engine.update(old.id, {"RestartPolicy": restart.payload(prior.restart)})
    if prior.running and not old.has_process:
        start_with_retries(engine, old.id)
        with contextlib.suppress(ResourceError):  # Nothing else can be done.
            settle(engine, ContainerSpec(swap.name, Settings()), old.id)
    had_name = new is not None and new.name in (swap.name, swap.name + FAILED)
    if new is not None and new.name == swap.name:
        if new.restart_count or not new.is_up:  # Docker renames no container that restarts.
            end(engine, new)
        names.drop_failed(engine, swap.name)
    hand_back(engine, swap.name, old.id, swap.new_id)
    _put_aside(engine, swap, had_name, doubtful)
    # The engine may meanwhile have renamed it: it carries out a call whose response came too late.
    hand_back(engine, swap.name, old.id, swap.new_id)


def _put_aside(engine: Engine, swap: Swap, had_name: bool, doubtful: bool) -> None:
    new = engine.container(swap.new_id)
    if new is None:
        return
    if doubtful and new.status == "created":
        engine.remove(new.id)
        return
    if had_name:
        finish_requests(swap.spec, new)
    names.put_aside(engine, swap.name, new)


def finish_requests(spec: ContainerSpec, failed: Existing) -> None:
    """Wait until a new container that loses the name has finished its requests, if it serves."""
    if _serves(failed):
        draining.wait(spec.drain_time)


def _expected(engine: Engine, swap: Swap) -> Existing:
    new = engine.container(swap.new_id)
    if new is None:
        raise ResourceError(
            f"container {swap.name}: the new container was removed by something else; find out why,"
            " and run again"
        )
    return new


def _serves(container: Existing) -> bool:
    return container.is_up and not container.lacks_health


def _refuse_to_stop(engine: Engine, swap: Swap, started_at: str) -> None:
    """Raise ResourceError if the new container does not serve any more."""
    new = _expected(engine, swap)
    if _serves(new) and new.started_at == started_at:
        return
    state = f"is {new.health}" if new.is_up and new.lacks_health else f"is {new.status}"
    if new.started_at != started_at:
        state = "was restarted"
    raise ResourceError(
        f"container {swap.name}: the new container settled, but {state} before the old one was"
        " stopped; see its log",
        log=engine.log_tail(new.id),
    )


def _undone(engine: Engine, swap: Swap, error: ResourceError) -> ResourceError:
    """Undo an update that failed, and return its error."""
    doubtful = isinstance(error, Blocked)
    try:
        try:
            swap_back(engine, swap, doubtful)
        except ResourceError:
            swap_back(engine, swap, doubtful)
    except ResourceError as second:
        return same_kind(
            error,
            f"{error.message}; restoring the old container also failed: {second.message}. The next"
            " run tries again",
        )
    kept = engine.container(swap.name + FAILED)
    trace = f"; the new one was stopped and kept as {swap.name}{FAILED}" if kept else ""
    return same_kind(error, f"{error.message}. The old container keeps running{trace}")
