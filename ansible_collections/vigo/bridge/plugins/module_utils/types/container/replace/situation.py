# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the containers with the names of a replacement, on which ``recover`` decides."""

from __future__ import annotations

from typing import Callable

from ....common.dataclass import dataclass, replace
from .. import label
from ..engine import Engine
from ..observed import Existing
from ..spec import FAILED, NEW, OLD
from . import marks, names
from .swap_names import other_case

#: Raises ResourceError for a container that must not be changed.
Refuse = Callable[["Existing | None"], None]


@dataclass(frozen=True)
class Situation:
    """The containers of a replacement.

    new, current, failed, old: those named NAME.vigo-new, NAME, NAME.vigo-failed, NAME.vigo-old. An
    old one can also have the name in the other case.
    An old one that is not proven to be ours is left out, unless one of the others replaces it.
    elsewhere: those that the others replace and that have none of these names. followers: the
        situations of the containers that were replaced with it. leader: that of the container with
        which it was replaced.
    """

    name: str
    new: Existing | None = None
    current: Existing | None = None
    failed: Existing | None = None
    old: Existing | None = None
    elsewhere: tuple[Existing, ...] = ()
    followers: tuple[Situation, ...] = ()
    leader: Situation | None = None

    @property
    def successors(self) -> list[Existing]:
        """Those whose labels name the container that they replace."""
        found = (self.new, self.current, self.failed)
        return [each for each in found if each is not None and label.REPLACES in each.labels]

    def replaced(self, successor: Existing) -> Existing | None:
        """Return the container that a successor replaces; None if it does not exist."""
        wanted = successor.labels[label.REPLACES]
        for each in (self.new, self.current, self.failed, self.old, *self.elsewhere):
            if each is not None and each.id == wanted != successor.id:
                return each
        return None


def look(
    engine: Engine,
    name: str,
    current: Existing | None,
    refuse: Refuse = lambda container: None,
    is_ours: Callable[[Existing], bool] = lambda container: False,
    may_exist: Callable[[str], bool] = lambda name: True,
) -> Situation:
    """Return the situation of a name. current: the container of that name, or None.

    is_ours: whether a container without our label belongs to this stack. may_exist: returns False
    for a name that no container has.
    """
    found = _of_one(engine, name, current, is_ours, may_exist)
    for each in (found.current, found.new, found.failed, found.old):
        refuse(each)
    for successor in found.successors:
        if label.FOLLOWS in successor.labels:
            leader = _leader(engine, successor, refuse, is_ours)
            if leader is not None:
                return replace(_with_followers(engine, found), leader=leader)
    return _with_followers(engine, found)


def _of_one(
    engine: Engine,
    name: str,
    current: Existing | None,
    is_ours: Callable[[Existing], bool],
    may_exist: Callable[[str], bool] = lambda name: True,
) -> Situation:
    """Return the situation of one name.

    An old container beside the current one counts only if a label names it.
    """

    def find(suffix: str) -> Existing | None:
        return engine.container(name + suffix) if may_exist(name + suffix) else None

    new, failed = find(NEW), find(FAILED)
    old = find(OLD) if current is None else None
    found = Situation(name, new, current, failed, old)
    for successor in found.successors:
        replaced = successor.labels[label.REPLACES]
        if replaced and found.replaced(successor) is None:
            other = engine.container(replaced)
            if other is not None and other.name in (name + OLD, other_case(name)):
                found = replace(found, old=other)
            elif other is not None:
                found = replace(found, elsewhere=(*found.elsewhere, other))
    if found.old is None or names.is_made_by_us(found.old) or is_ours(found.old):
        return found
    is_named = any(found.replaced(each) is found.old for each in found.successors)
    return found if is_named else replace(found, old=None)


def _with_followers(engine: Engine, found: Situation) -> Situation:
    listed = [name for each in found.successors for name in marks.followers(each)]
    return replace(
        found,
        followers=tuple(
            _of_one(engine, name, engine.container(name), lambda container: False)
            for name in dict.fromkeys(listed)
        ),
    )


def _leader(
    engine: Engine,
    successor: Existing,
    refuse: Refuse,
    is_ours: Callable[[Existing], bool],
) -> Situation | None:
    """Return the situation of the container that a follower's successor was created with.

    Its own label to follow another container is ignored: followers have no followers.
    """
    main = engine.container(successor.labels[label.FOLLOWS])
    if main is None:
        return None
    name = names.proper(main.name)
    current = main if main.name == name else engine.container(name)
    found = _of_one(engine, name, current, is_ours)
    for each in (found.current, found.new, found.failed, found.old):
        refuse(each)
    return _with_followers(engine, found)
