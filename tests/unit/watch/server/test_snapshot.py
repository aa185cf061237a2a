# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the watcher is late, and what was counted."""

from __future__ import annotations

import pytest

from tests.unit.watch.fleets import fleet, turn
from vigo_bridge.watch.server.snapshot import GRACE, Recorder
from vigo_bridge.watch.states.model import FleetState


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("passed", "late"),
    [(0, False), (300, False), (900 + GRACE, False), (901 + GRACE, True), (90_000, True)],
)
@pytest.mark.parametrize("turns", [0, 1])
def test_late(passed: float, late: bool, turns: int) -> None:
    clock = Clock()
    recorder = Recorder(FleetState(), 300.0, clock=clock)
    for number in range(turns):
        clock.now += 300
        recorder.turn_ended(fleet({"a": "good"}), (), turn(number + 1))
    clock.now += passed
    assert bool(recorder.late) == late
    if late:
        since = "since turn 1" if turns else "since the start"
        assert recorder.late == f"no turn has ended for {passed:.0f} s, {since}"


def test_the_state_from_before_the_start_is_shown() -> None:
    state = fleet({"a": "drift"}, 41)
    recorder = Recorder(state, 300.0)
    assert recorder.snapshot.fleet == state
    assert recorder.snapshot.turn is None
    recorder.turn_ended(fleet({"a": "good"}, 42), (), turn(42))
    assert recorder.snapshot.fleet.turn == 42
    assert recorder.snapshot.turns == {"good": 1}
