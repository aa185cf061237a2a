# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolls a replacement back, from any phase."""

from __future__ import annotations

import time
from typing import Sequence

from ....common.dataclass import dataclass
from ....common.errors import Blocked, ResourceError
from ....engine.connection import Refused
from ..engine import Engine
from ..observed import Existing
from ..spec import NEW, ContainerSpec
from ..values import restart
from . import marks, names

#: Podman holds a published port for some seconds after a failed start.
_PORT_TIMEOUT = 15.0
#: Seconds beyond the stop timeout after which the engine has certainly stopped a container.
_STOP_MARGIN = 1.0


@dataclass(frozen=True)
class Swap:
    """One container in the place of another, by their IDs. spec: its name, and how to wait."""

    spec: ContainerSpec
    old_id: str
    new_id: str

    @property
    def name(self) -> str:
        return self.spec.name


def roll_back(engine: Engine, swaps: Sequence[Swap], doubtful: bool) -> None:
    """Restore the old containers: the first, and then its followers.

    A new one that has the name already is kept as ``NAME.vigo-failed``, any other is removed. The
    followers' new ones are removed last: their labels show what is left to do. doubtful: whether
    the
    engine may still carry out a call; it continues without its client. Then a new one that was not
    started is removed, too. Raise ResourceError.
    """
    failures: list[ResourceError] = []
    for swap in swaps:
        try:
            _put_back(engine, swap, doubtful)
        except Blocked:
            raise
        except ResourceError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    main, *followers = swaps
    for follower in followers:
        engine.remove(follower.new_id)
    new = engine.container(main.new_id)
    if new is not None and (new.name == main.name + NEW or (doubtful and _never_ran(new))):
        engine.remove(new.id)


def _put_back(engine: Engine, swap: Swap, doubtful: bool) -> None:
    new = engine.container(swap.new_id)
    prior = marks.prior(new) if new is not None else marks.Prior()
    if new is not None and new.name == swap.name:
        names.keep_failed(engine, swap.name, new)
    old = engine.container(swap.old_id)
    if old is None:
        raise ResourceError(
            f"container {swap.name}: the former container {swap.old_id[:12]} was removed by"
            " something else, so it cannot be restored; run again to recreate it"
        )
    policy = prior.restart
    if policy is not None and policy != old.settings.restart:
        _restore_policy(engine, old.id, policy)
    if old.name != swap.name:
        engine.rename(old.id, swap.name)
    is_up = _keeps_running(engine, old) if doubtful else old.is_up
    # Engines cannot start a paused container.
    if prior.running and old.status != "paused" and not is_up:
        start_with_retries(engine, old.id)


def _restore_policy(engine: Engine, container_id: str, policy: str) -> None:
    """Set the restart policy that the replacement has disabled."""
    try:
        engine.update(container_id, {"RestartPolicy": restart.payload(policy)})
    except Refused as error:
        # Podman 4 has no such call, and so nothing was disabled.
        if not engine.is_podman or error.code != 404:
            raise


def _never_ran(container: Existing) -> bool:
    return container.status == "created"


def _keeps_running(engine: Engine, container: Existing) -> bool:
    """Return whether it runs, and still does after the time that a pending stop would take."""
    deadline = time.monotonic() + container.grace + _STOP_MARGIN
    now: Existing | None = container
    while now is not None and now.is_up and time.monotonic() < deadline:
        time.sleep(0.2)
        now = engine.container(container.id)
    return now is not None and now.is_up


def start_with_retries(engine: Engine, container_id: str) -> None:
    """Start a container, again and again while its port is held."""
    deadline = time.monotonic() + _PORT_TIMEOUT
    while True:
        try:
            return engine.start(container_id)
        except Refused as error:
            if "already in use" not in error.said or time.monotonic() > deadline:
                raise
        time.sleep(0.5)
