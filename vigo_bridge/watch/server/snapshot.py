# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the server: the last turn, and counts since the start."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vigo_bridge.watch.notifications.delivery import Counts
from vigo_bridge.watch.states.model import FleetState
from vigo_bridge.watch.states.transitions import Transition
from vigo_bridge.watch.turns import Turn

#: Seconds that a turn may take in addition to three intervals, before it is late.
GRACE = 60.0
#: The upper bounds of the histogram of durations, in seconds.
BUCKETS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


@dataclass(frozen=True)
class Snapshot:
    """Everything at the end of a turn; it never changes.

    turn: the last one that ended; None before. turns: how many had each result, `good`, `failed`
    (it did not look at the hosts) and `repaired`. durations: how many took at most so long as each
    of BUCKETS; slower ones are only in `turns`. total_duration: of all turns, in seconds. stack,
    key: those of the last turn that knew them. interval: seconds from one turn to the next.
    """

    fleet: FleetState = field(default_factory=FleetState)
    turn: Turn | None = None
    turns: Mapping[str, int] = field(default_factory=dict)
    durations: tuple[int, ...] = (0,) * len(BUCKETS)
    total_duration: float = 0.0
    notifications: Mapping[str, Counts] = field(default_factory=dict)
    stack: str = ""
    key: str = ""
    interval: float = 0.0


#: The results of turns; the last two also looked at the hosts.
FAILED, GOOD, REPAIRED = "failed", "good", "repaired"


class Recorder:
    """Keeps the snapshot up to date. It is one of the outputs."""

    def __init__(
        self,
        fleet: FleetState,
        interval: float,
        notifications: Callable[[], Mapping[str, Counts]] = dict,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with the state from before the start. interval: seconds between two turns."""
        self._snapshot = Snapshot(fleet, interval=interval)
        self._interval, self._notifications, self._clock = interval, notifications, clock
        self._lock = threading.Lock()
        self._ended = clock()

    @property
    def snapshot(self) -> Snapshot:
        """The state now, with how notifications went so far."""
        with self._lock:
            return replace(self._snapshot, notifications=self._notifications())

    @property
    def late(self) -> str:
        """Why the watcher seems to hang; empty while turns end in time."""
        with self._lock:
            waited, turn = self._clock() - self._ended, self._snapshot.turn
        if waited <= 3 * self._interval + GRACE:
            return ""
        since = f"since turn {turn.number}" if turn else "since the start"
        return f"no turn has ended for {waited:.0f} s, {since}"

    def turn_begins(self, number: int) -> None:
        """Do nothing."""

    def turn_ended(self, state: FleetState, transitions: Sequence[Transition], turn: Turn) -> None:
        """Take over a new state."""
        with self._lock:
            self._ended = self._clock()
            self._snapshot = counted_turn(self._snapshot, state, turn)


def counted_turn(before: Snapshot, state: FleetState, turn: Turn) -> Snapshot:
    """Return the snapshot after a turn."""
    result = FAILED
    if turn.looked:
        result = GOOD if turn.rollout is None else REPAIRED
    fits = [turn.duration <= bound for bound in BUCKETS]
    return replace(
        before,
        fleet=state,
        turn=turn,
        turns=Counter({**before.turns}) + Counter([result]),
        durations=tuple(count + fit for count, fit in zip(before.durations, fits, strict=True)),
        total_duration=before.total_duration + turn.duration,
        stack=turn.stack or before.stack,
        key=turn.key or before.key,
        interval=turn.interval,
    )
