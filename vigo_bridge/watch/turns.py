# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a turn, and the interface of the outputs that are informed at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from vigo_bridge.watch.states.model import FleetState
from vigo_bridge.watch.states.transitions import Transition


@dataclass(frozen=True)
class Turn:
    """One turn of a watcher.

    number: counted over restarts, from 1. started: with a time zone. duration: seconds. looked:
    whether it looked at the hosts, with a stack in force. actions: how many resources of all hosts
    have each action of a result, such as `none` or `recreated`; of a repair if there was one,
    otherwise of what `plan` returned. rollout: its number in the history; None without a repair.
    interval: seconds from the beginning of a turn to that of the next one. stack, key: the name of
    the stack in force, and its key in the history; empty if the turn did not get that far.
    """

    number: int
    started: datetime
    duration: float
    looked: bool
    interval: float
    actions: Mapping[str, int] = field(default_factory=dict)
    rollout: int | None = None
    stack: str = ""
    key: str = ""


class Outputs(Protocol):
    """The interface of outputs, such as the log.

    A call must not take long, or raise an exception: the next turn waits for it.
    """

    def turn_begins(self, number: int) -> None:
        """Handle the begin of a turn."""

    def turn_ended(self, state: FleetState, transitions: Sequence[Transition], turn: Turn) -> None:
        """Handle the end of a turn.

        state: after the turn. transitions: everything that changed in it.
        """
