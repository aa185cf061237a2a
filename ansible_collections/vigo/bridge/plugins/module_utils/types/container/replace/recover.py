# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides how to repair a replacement that a run did not finish. Pure.

| found | phase | repair |
|---|---|---|
| NAME and its ``.vigo-new`` | nothing renamed yet | the old one as it was, drop the new one |
| ``.vigo-old`` and ``.vigo-new``, no NAME | between the renames | the same |
| ``.vigo-new``, and NAME is not what it replaces | given up, done late by the engine | drop it |
| NAME never started, its ``replaces`` exists | before the start | old one back, new one failed |
| NAME started, its ``replaces`` exists | not committed | settle again: commit, or old one back |
| the same, but a follower's ``replaces`` is gone | committing | commit |
| ``.vigo-failed`` and ``.vigo-old``, no NAME | in a rollback | the old one back |
| ``.vigo-failed``, and successors of its followers | in a rollback | the old ones back |
| ``.vigo-old`` without a successor, no NAME | given up, done late by the engine | its name back |
| NAME, its ``replaces`` is gone | committed | nothing |

Where the new one ran beside the old one (``start-first``), both may run. Between the renames, the
old one can have the name in the other case instead of ``.vigo-old``:

| found | phase | repair |
|---|---|---|
| NAME and its ``.vigo-new`` | before the swap | abandon the new one |
| ``.vigo-old`` and ``.vigo-new``, no NAME | between the renames | take over, or swap back |
| NAME runs, its ``replaces`` exists | swapped | settle again: take over, or swap back |
| NAME does not run, its ``replaces`` exists | the new one died | swap back |
| ``.vigo-failed`` and ``.vigo-old``, no NAME | in a rollback | swap back |
| ``.vigo-failed`` that runs or is armed | in a rollback | turn it off |

A follower's own replacement is part of that of the container whose network it shares, and is
repaired with it, whichever of the two has its turn first.
"""

from __future__ import annotations

from typing import Any, Mapping

from ....common.dataclass import dataclass, field
from .. import label
from ..observed import Existing
from ..values import restart
from . import marks
from .situation import Situation


@dataclass(frozen=True)
class Pair:
    """A container's name, and the IDs of the one that had it and of its successor."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class RollForward:
    """Wait until the new ones are settled, and remove the old ones; otherwise roll back."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Commit:
    """Remove the old ones; after this there is no rollback."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class RollBack:
    """doubtful: whether the engine may still be stopping the old ones."""

    pairs: tuple[Pair, ...]
    doubtful: bool


@dataclass(frozen=True)
class TakeOver:
    """Give the new one the name, and wait until it is settled; then let the old one finish, and
    remove it. Otherwise swap back.
    """

    pair: Pair


@dataclass(frozen=True)
class SwapBack:
    """Let the old one serve again under its name, and keep the new one as the failed one."""

    pair: Pair


@dataclass(frozen=True)
class Abandon:
    """Remove a new one that does not have the name, unless the engine still gives it the name."""

    pair: Pair


@dataclass(frozen=True)
class TurnOff:
    """Stop and disarm a new one that failed, by its ID."""

    container: str


@dataclass(frozen=True)
class Drop:
    """Remove successors that never had the name, by their IDs."""

    containers: tuple[str, ...]


@dataclass(frozen=True)
class TakeBack:
    """Give a former container, by its ID, its name back."""

    container: str


@dataclass(frozen=True)
class Repair:
    """steps: in order. left: the containers that will probably exist afterwards, by their names."""

    steps: tuple[Any, ...]
    left: Mapping[str, Existing | None] = field(hash=False)

    @property
    def is_forward(self) -> bool:
        return any(isinstance(step, (RollForward, Commit, TakeOver)) for step in self.steps)


def decide(found: Situation) -> Repair | None:
    """Return the repair; None if nothing is unfinished."""
    if found.leader is not None:
        repair = decide(found.leader)
        if repair is not None and found.name in repair.left:
            return repair
    dropped: tuple[Any, ...] = ()
    if found.new is not None and label.REPLACES in found.new.labels:
        replaced = found.replaced(found.new)
        is_unfinished = found.current is None or found.current is replaced
        if replaced is not None and is_unfinished and not marks.is_start_first(found.new):
            return _back(found, found.new, doubtful=True)
        if replaced is not None and found.current is None:
            return _between(found, found.new)
        if replaced is not None and found.current is replaced:
            abandoned = Abandon(_pair(found, found.new))
            return _together(found, (abandoned,), _of_the_others(found))
        dropped = (Drop(tuple(pair.new for pair in reversed(_pairs(found, found.new)))),)
    return _together(found, dropped, _of_the_others(found))


def _together(found: Situation, first: tuple[Any, ...], repair: Repair | None) -> Repair | None:
    """Return a repair with some steps before it. These leave the container of the name alone."""
    if repair is None:
        return Repair(first, {found.name: found.current}) if first else None
    return Repair((*first, *repair.steps), repair.left)


def prediction(repair: Repair) -> str:
    """Return the message for it in check mode."""
    if repair.is_forward:
        return "an interrupted replacement is finished first"
    return "an interrupted replacement is undone first"


def _of_the_others(found: Situation) -> Repair | None:
    """Return the repair for all containers but the one named NAME.vigo-new."""
    current, failed, old = found.current, found.failed, found.old
    if current is not None and label.REPLACES in current.labels:
        repair = _uncommitted(found, current)
        if repair is not None:
            return repair
    if failed is not None and label.REPLACES in failed.labels:
        replaced = found.replaced(failed)
        if marks.is_start_first(failed):
            if current is None and replaced is not None and replaced is old:
                return _swap_back(found, failed)
            is_off = not failed.has_process and failed.settings.restart == restart.NO
            return _together(found, () if is_off else (TurnOff(failed.id),), _stray(found))
        has_followers = len(_pairs(found, failed)) > 1
        is_away = current is None and (replaced is old or has_followers)
        is_back = current is replaced and has_followers
        if replaced is not None and (is_away or is_back):
            return _back(found, failed, doubtful=False)
    return _stray(found)


def _stray(found: Situation) -> Repair | None:
    """Return the repair of a former container that has no successor."""
    if found.current is None and found.old is not None:
        return Repair((TakeBack(found.old.id),), {found.name: found.old})
    return None


def _between(found: Situation, new: Existing) -> Repair:
    """Return the repair if nothing has the name while both may run."""
    if new.is_up and not new.lacks_health:
        return Repair((TakeOver(_pair(found, new)),), {found.name: new})
    return _swap_back(found, new)


def _swap_back(found: Situation, new: Existing) -> Repair:
    return Repair((SwapBack(_pair(found, new)),), {found.name: found.replaced(new)})


def _pair(found: Situation, new: Existing) -> Pair:
    return Pair(found.name, new.labels[label.REPLACES], new.id)


def _uncommitted(found: Situation, current: Existing) -> Repair | None:
    """Return the repair if the new container already has the name."""
    if marks.is_start_first(current):
        if found.replaced(current) is None:
            return None
        if current.is_up:
            return Repair((TakeOver(_pair(found, current)),), {found.name: current})
        return _swap_back(found, current)
    pairs = _pairs(found, current)
    old_containers = [_place(found, pair).replaced(_new(found, pair)) for pair in pairs]
    if not any(old_containers):
        return None
    new_containers = [_new(found, pair) for pair in pairs]
    left: dict[str, Existing | None] = {pair.name: new for pair, new in zip(pairs, new_containers)}
    if not all(old_containers):
        return Repair((Commit(pairs),), left)
    if current.status != "created" and all(map(_reached_start, pairs[1:], new_containers[1:])):
        return Repair((RollForward(pairs),), left)
    return _back(found, current, doubtful=False)


def _back(found: Situation, successor: Existing, doubtful: bool) -> Repair:
    pairs = _pairs(found, successor)
    left = {pair.name: _place(found, pair).replaced(_new(found, pair)) for pair in pairs}
    return Repair((RollBack(pairs, doubtful),), left)


def _pairs(found: Situation, successor: Existing) -> tuple[Pair, ...]:
    """Return the pairs of the successor and of its followers whose successors exist."""
    pairs = [Pair(found.name, successor.labels[label.REPLACES], successor.id)]
    places = {place.name: place for place in found.followers}
    for name in marks.followers(successor):
        for each in places[name].successors:
            if each.labels.get(label.FOLLOWS) == successor.id:
                pairs.append(Pair(name, each.labels[label.REPLACES], each.id))
                break
    return tuple(pairs)


def _place(found: Situation, pair: Pair) -> Situation:
    return next(each for each in (found, *found.followers) if each.name == pair.name)


def _new(found: Situation, pair: Pair) -> Existing:
    return next(each for each in _place(found, pair).successors if each.id == pair.new)


def _reached_start(pair: Pair, new: Existing) -> bool:
    """Return whether the new container had the name, and was started if it had to be."""
    return new.name == pair.name and (new.status != "created" or not marks.prior(new).running)
