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
| ``.vigo-failed`` and ``.vigo-old``, no NAME | in a rollback | the old one back |
| NAME, its ``replaces`` is gone | committed | nothing |
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ResourceError
from . import label
from .engine import Engine
from .observed import Existing
from .replace import commit, roll_back
from .settle import settle
from .spec import FAILED, NEW, OLD, ContainerSpec


@dataclass(frozen=True)
class Interrupted:
    """A replacement that was not finished. old: None where somebody removed it since."""

    old: Existing | None
    new: Existing
    current: Existing | None

    @property
    def reached_start(self) -> bool:
        """Whether the new container had the name and had been started."""
        has_name = self.current is not None and self.current.id == self.new.id
        return has_name and self.new.status != "created"

    @property
    def survivor(self) -> Existing | None:
        """The container that the repair most likely leaves: for predictions."""
        return self.new if self.reached_start else self.old or self.current


def find(engine: Engine, name: str, current: Existing | None) -> Interrupted | None:
    """current: the container of that name, or None."""
    new = engine.container(name + NEW)
    if new is not None and label.REPLACES in new.labels:
        return Interrupted(_replaced(engine, new), new, current)
    if current is not None and label.REPLACES in current.labels:
        old = _replaced(engine, current)
        return Interrupted(old, current, current) if old else None
    if current is None:
        failed = engine.container(name + FAILED)
        if failed is not None and label.REPLACES in failed.labels:
            old = _replaced(engine, failed)
            if old is not None and old.name == name + OLD:
                return Interrupted(old, failed, None)
    return None


def repair(engine: Engine, spec: ContainerSpec, interrupted: Interrupted) -> str:
    """Finishes or undoes it; what was done, in words. Raises ResourceError."""
    old, new = interrupted.old, interrupted.new
    if old is None:
        engine.remove(new.id)
        return "removed what an interrupted replacement left"
    if interrupted.reached_start:
        try:
            settle(engine, spec, new.id)
        except ResourceError:
            pass
        else:
            commit(engine, spec, old.id)
            return "finished an interrupted replacement"
    roll_back(engine, spec, old.id, new.id, doubtful=new.name == spec.name + NEW)
    return "put the former container back after an interrupted replacement"


def prediction(interrupted: Interrupted) -> str:
    """The same words, ahead."""
    if interrupted.reached_start:
        return "an interrupted replacement is finished first"
    return "an interrupted replacement is undone first"


def _replaced(engine: Engine, new: Existing) -> Existing | None:
    return engine.container(new.labels[label.REPLACES])
