# SPDX-License-Identifier: GPL-3.0-or-later
"""A turn as data for scripts. ``docs/watch.md`` describes it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from vigo_bridge.watch.states.model import FleetState, HostState
from vigo_bridge.watch.states.state_data import host_as_data, problem_as_data, state_as_data
from vigo_bridge.watch.states.transitions import HostTransition, ProblemTransition, Transition
from vigo_bridge.watch.turns import Turn


def turn_as_data(
    state: FleetState, transitions: Sequence[Transition], turn: Turn
) -> dict[str, Any]:
    """Return a turn, what changed in it, and the state after it."""
    return {
        "turn": turn.number,
        "started": turn.started.isoformat(timespec="seconds"),
        "duration_s": round(turn.duration, 2),
        "looked": turn.looked,
        "rollout": turn.rollout,
        "actions": dict(turn.actions),
        "changes": [_transition(one) for one in transitions],
        "fleet": fleet_as_data(state),
    }


def fleet_as_data(state: FleetState) -> dict[str, Any]:
    """Return the state of a fleet with its counts."""
    return {
        "condition": state.condition.value,
        "drift": state.drift.value,
        "conditions": {one.value: count for one, count in state.conditions.items()},
        "drifts": {one.value: count for one, count in state.drifts.items()},
        "unreachable": state.unreachable,
        **state_as_data(state),
    }


def _transition(transition: Transition) -> dict[str, Any]:
    if isinstance(transition, ProblemTransition):
        before, after = transition.before, transition.after
        return {
            "problem": transition.problem.value,
            "before": problem_as_data(before) if before else None,
            "after": problem_as_data(after) if after else None,
            "is_news": transition.is_news,
        }
    return _of_host(transition)


def _of_host(transition: HostTransition) -> dict[str, Any]:
    return {
        "host": transition.host,
        "before": _brief(transition.before),
        "after": _brief(transition.after),
        "resources": [dataclasses.asdict(one) for one in transition.news],
        "settled": list(transition.settled),
        "is_news": transition.is_news,
    }


def _brief(host: HostState | None) -> dict[str, Any] | None:
    """Return the state of a host without its resources."""
    if host is None:
        return None
    return {name: value for name, value in host_as_data(host).items() if name != "resources"}
