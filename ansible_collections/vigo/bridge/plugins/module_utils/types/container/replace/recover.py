# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repairing what a killed run left in the middle of a replacement.

| found | phase | repair |
|---|---|---|
| NAME and its ``.vigo-new`` | nothing renamed yet | the old one as it was, drop the new one |
| ``.vigo-old`` and ``.vigo-new``, no NAME | between the renames | the same |
| NAME never started, its ``replaces`` exists | before the start | old one back, new one failed |
| NAME started, its ``replaces`` exists | not committed | settle again: commit, or old one back |
| the same, but a follower's ``replaces`` is gone | committing | commit |
| ``.vigo-failed`` and ``.vigo-old``, no NAME | in a rollback | the old one back |
| ``.vigo-failed``, and successors of its followers | in a rollback | the old ones back |
| NAME, its ``replaces`` is gone | committed | nothing |

A follower's own replacement is part of that of the container whose network it shares, and is
repaired with it, whichever of the two has its turn first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Callable, Iterator

from ....common.errors import ResourceError
from .. import label
from ..engine import Engine
from ..observed import Existing
from ..settings import Settings
from ..settle import settle
from ..spec import FAILED, NEW, OLD, ContainerSpec
from .replace import commit
from .rollback import Swap, roll_back


@dataclass(frozen=True)
class Pair:
    """A container and its successor. old: None where it is gone."""

    name: str
    old: Existing | None
    new: Existing

    @property
    def has_name(self) -> bool:
        return self.new.name == self.name

    @property
    def reached_start(self) -> bool:
        """Whether the new container had the name, and was started where that was due."""
        was_running = json.loads(self.new.labels.get(label.PRIOR) or "{}").get("running")
        return self.has_name and (self.new.status != "created" or not was_running)


@dataclass(frozen=True)
class Interrupted:
    """A replacement that was not finished. current: who has the name."""

    main: Pair
    current: Existing | None
    followers: tuple[Pair, ...] = ()

    @property
    def is_committed(self) -> bool:
        """Whether there is no way back: one of the old containers is gone."""
        lost = [pair for pair in (self.main, *self.followers) if pair.old is None]
        return self.main.has_name and bool(lost)

    @property
    def is_forward(self) -> bool:
        """Whether the new containers stay, most likely."""
        followers = all(pair.reached_start for pair in self.followers)
        started = self.main.has_name and self.main.new.status != "created"
        return self.is_committed or (started and followers)

    def survivor(self, name: str) -> Existing | None:
        """The container of that name that the repair most likely leaves: for predictions."""
        pair = next(pair for pair in (self.main, *self.followers) if pair.name == name)
        if self.is_forward:
            return pair.new
        return pair.old or (self.current if pair is self.main else None)


def find(
    engine: Engine,
    name: str,
    current: Existing | None,
    refuse: Callable[[Existing | None], None] = lambda container: None,
) -> Interrupted | None:
    """current: the container of that name, or None.

    refuse: raises ResourceError for a container that must not be touched.
    """
    new = engine.container(name + NEW)
    failed = engine.container(name + FAILED)
    for each in (current, new, failed):
        refuse(each)
    for successor in (new, current, failed):
        if successor is not None and label.FOLLOWS in successor.labels:
            governing = _governing(engine, name, successor, refuse)
            if governing is not None:
                return governing
    if new is not None and label.REPLACES in new.labels:
        return _interrupted(engine, name, new, current)
    if current is not None and label.REPLACES in current.labels:
        found = _interrupted(engine, name, current, current)
        is_open = any(pair.old is not None for pair in (found.main, *found.followers))
        if is_open:
            return found
    if failed is not None and label.REPLACES in failed.labels:
        found = _interrupted(engine, name, failed, current)
        old = found.main.old
        if old is not None and (found.followers or (current is None and old.name == name + OLD)):
            return found
    return None


def repair(engine: Engine, spec: ContainerSpec, interrupted: Interrupted) -> str:
    """Finishes or undoes it; what was done, in words. Raises ResourceError.

    spec: of the container that has its turn, or of one of its followers.
    """
    main = interrupted.main
    pairs = (main, *interrupted.followers)
    if main.old is None and not main.has_name:
        for pair in reversed(pairs):
            engine.remove(pair.new.id)
        return "removed what an interrupted replacement left"
    swaps = [
        Swap(
            spec if pair.name == spec.name else ContainerSpec(pair.name, Settings()),
            pair.old.id if pair.old else pair.new.labels[label.REPLACES],
            pair.new.id,
        )
        for pair in pairs
    ]
    if interrupted.is_committed:
        problem = ""
    else:
        problem = _unsettled(engine, swaps) if interrupted.is_forward else "it was not started yet"
    if not problem:
        commit(engine, swaps)
        return "finished an interrupted replacement"
    roll_back(engine, swaps, doubtful=main.new.name == main.name + NEW)
    return f"put the former container back after an interrupted replacement ({problem})"


def prediction(interrupted: Interrupted) -> str:
    """The same words, ahead."""
    if interrupted.is_forward:
        return "an interrupted replacement is finished first"
    return "an interrupted replacement is undone first"


def _governing(
    engine: Engine,
    name: str,
    successor: Existing,
    refuse: Callable[[Existing | None], None],
) -> Interrupted | None:
    """The replacement that a follower's successor is part of, if that is not finished."""
    main = engine.container(successor.labels[label.FOLLOWS])
    if main is None or _replaced(engine, successor) is None:
        return None
    main_name = main.name
    for suffix in (NEW, OLD, FAILED):
        if main_name.endswith(suffix):
            main_name = main_name[: -len(suffix)]
    current = main if main.name == main_name else engine.container(main_name)
    found = find(engine, main_name, current, refuse)
    is_part = found is not None and name in [pair.name for pair in found.followers]
    return found if is_part else None


def _interrupted(engine: Engine, name: str, new: Existing, current: Existing | None) -> Interrupted:
    main = Pair(name, _replaced(engine, new), new)
    return Interrupted(main, current, tuple(_followers(engine, new)))


def _followers(engine: Engine, new: Existing) -> Iterator[Pair]:
    """Those whose successors exist already, or still."""
    for name in json.loads(new.labels.get(label.FOLLOWERS) or "[]"):
        for suffix in (NEW, "", FAILED):
            successor = engine.container(name + suffix)
            if successor is not None and successor.labels.get(label.FOLLOWS) == new.id:
                yield Pair(name, _replaced(engine, successor), successor)
                break


def _unsettled(engine: Engine, swaps: list[Swap]) -> str:
    """Return why one of the new containers does not settle; empty when all do."""
    try:
        for swap in swaps:
            container = engine.container(swap.new_id)
            if container is not None and container.status != "created":
                settle(engine, swap.spec, swap.new_id)
    except ResourceError as error:
        return error.message
    return ""


def _replaced(engine: Engine, new: Existing) -> Existing | None:
    return engine.container(new.labels[label.REPLACES])
