# SPDX-License-Identifier: GPL-3.0-or-later
"""States of fleets by short words, for the tables of tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from vigo_bridge.watch.states.differences import Difference
from vigo_bridge.watch.states.model import (
    Condition,
    Drift,
    FleetState,
    HostState,
    Problem,
    ProblemState,
    ResourceState,
)
from vigo_bridge.watch.turns import Turn

TIME = "2026-05-04T12:00:00+02:00"
_IMAGE = (Difference("image", "redis:6", "redis:7"),)
_REDIS = ResourceState("shop/redis", "recreated", "image", _IMAGE, since=TIME, signature="6")
_PAGE = ResourceState("site/page", "updated", "mode", (Difference("mode", "0600", "0644"),))
_GOOD = HostState(Condition.CONVERGED, total=4, since=TIME, seen=TIME)
_DRIFTS = replace(_GOOD, drift=Drift.CHANGED)

#: A word -> the state of a host.
HOSTS: Mapping[str, HostState] = {
    "new": HostState(),
    "good": _GOOD,
    "drift": replace(_DRIFTS, resources=(_REDIS,)),
    "other drift": replace(
        _DRIFTS,
        resources=(
            replace(_REDIS, differences=(Difference("image", "x", "redis:7"),), signature="x"),
        ),
    ),
    "two drifts": replace(_DRIFTS, resources=(_REDIS, _PAGE)),
    "page drifts": replace(_DRIFTS, resources=(_PAGE,)),
    "repaired": replace(_DRIFTS, resources=(replace(_REDIS, pending=False, repaired=True),)),
    "repaired from x": replace(
        _DRIFTS,
        resources=(
            replace(
                _REDIS,
                differences=(Difference("image", "x", "redis:7"),),
                signature="x",
                pending=False,
                repaired=True,
                turns=2,
            ),
        ),
    ),
    "created": replace(
        _DRIFTS,
        resources=(replace(_REDIS, action="created", pending=False, repaired=True),),
    ),
    "fight": replace(
        _GOOD,
        drift=Drift.DIVERGED,
        resources=(replace(_REDIS, pending=False, repaired=True, turns=3),),
    ),
    "failed": replace(
        _GOOD,
        condition=Condition.DEGRADED,
        resources=(replace(_REDIS, action="failed", pending=False, error="no such image"),),
    ),
    "call failed": replace(_GOOD, condition=Condition.FAILED, message="no Python"),
    "unreachable": replace(_GOOD, unreachable_since=TIME, unreachable_message="no route to host"),
    "unreachable, drift": replace(
        _DRIFTS, resources=(_REDIS,), unreachable_since=TIME, unreachable_message="no route"
    ),
    # After a repair, the look fails: nothing is known of the resources.
    "was repaired": replace(
        _GOOD,
        condition=Condition.FAILED,
        message="no Python",
        resources=(replace(_REDIS, pending=False, turns=0),),
    ),
}


def fleet(hosts: Mapping[str, str], turn: int = 1, *problems: str) -> FleetState:
    """Return a fleet: the names of hosts with their words. problems: by their values."""
    return FleetState(
        {name: HOSTS[word] for name, word in hosts.items()},
        tuple(ProblemState(Problem(one), f"{one} is broken", TIME) for one in problems),
        turn,
        "0123abcd",
        TIME,
    )


def turn(number: int = 1, *, looked: bool = True, rollout: int | None = None) -> Turn:
    """Return a turn of a watcher with an interval of five minutes."""
    started = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    actions = {"none": 3, "recreated": 1}
    return Turn(number, started, 2.5, looked, 300.0, actions, rollout, "shop", "key")
