# SPDX-License-Identifier: GPL-3.0-or-later
"""What all ways to a node have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vigo_bridge.mesh.answer import Answer, Ended


@dataclass(frozen=True)
class Outcome:
    """How a work unit ended.

    ended: the node's last word; None if it was lost. problem: why it was lost.
    """

    ended: Ended | None
    problem: str = ""


class Link(Protocol):
    """A way to a node, with one work unit.

    heard: when the node was last heard of, on the monotonic clock. may_run: whether the node may
    have started Ansible. is_overdue: whether it was told to stop, and has not done so in time.
    """

    @property
    def heard(self) -> float: ...

    @property
    def may_run(self) -> bool: ...

    @property
    def is_overdue(self) -> bool: ...

    def run(self, take: Callable[[Answer], None]) -> Outcome:
        """Send the unit, call `take` with each part of the answer, and return how it ended.

        Runs in a thread of its own.
        """

    def cancel(self) -> None:
        """Let the node stop everything. Can be called at any time."""

    def lose(self, reason: str) -> None:
        """Give the node up: `run` should return soon."""

    def finish(self) -> None:
        """Remove what the unit has left, as its results are stored."""
