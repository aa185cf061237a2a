# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out what ``recover`` decides about a replacement that a run did not finish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Sequence

from ....common.errors import ResourceError
from ..engine import Engine
from ..settings import Settings
from ..settle import settle
from ..spec import NEW, OLD, ContainerSpec
from . import recover
from .replace import commit
from .rollback import Swap, roll_back


@dataclass(frozen=True)
class _Work:
    """name: of the container whose situation it is. spec: of the one that has its turn."""

    engine: Engine
    spec: ContainerSpec
    name: str

    def swaps(self, pairs: Sequence[recover.Pair]) -> list[Swap]:
        return [
            Swap(
                self.spec if pair.name == self.spec.name else ContainerSpec(pair.name, Settings()),
                pair.old,
                pair.new,
            )
            for pair in pairs
        ]


def carry_out(engine: Engine, spec: ContainerSpec, repair: recover.Repair) -> str:
    """Finish or undo a replacement, and return a sentence that says so.

    spec: of the container that has its turn, or of one of its followers. Raise ResourceError.
    """
    work = _Work(engine, spec, next(iter(repair.left)))
    return ", ".join([_DO[type(step)](work, step) for step in repair.steps])


def _roll_forward(work: _Work, step: recover.RollForward) -> str:
    swaps = work.swaps(step.pairs)
    problem = _unsettled(work.engine, swaps)
    if problem:
        return _back(work, swaps, problem, doubtful=False)
    commit(work.engine, swaps)
    return "finished an interrupted replacement"


def _commit(work: _Work, step: recover.Commit) -> str:
    commit(work.engine, work.swaps(step.pairs))
    return "finished an interrupted replacement"


def _roll_back(work: _Work, step: recover.RollBack) -> str:
    return _back(work, work.swaps(step.pairs), "it was not started yet", step.doubtful)


def _back(work: _Work, swaps: Sequence[Swap], problem: str, doubtful: bool) -> str:
    roll_back(work.engine, swaps, doubtful)
    return f"restored the old container after an interrupted replacement ({problem})"


def _drop(work: _Work, step: recover.Drop) -> str:
    for container in step.containers:
        work.engine.remove(container)
    return f"removed {work.name}{NEW}, left by an interrupted replacement"


def _take_back(work: _Work, step: recover.TakeBack) -> str:
    work.engine.rename(step.container, work.name)
    return f"renamed {work.name}{OLD} back to {work.name} after an interrupted replacement"


def _unsettled(engine: Engine, swaps: Sequence[Swap]) -> str:
    """Return why one of the new containers does not settle; empty when all do."""
    try:
        for swap in swaps:
            container = engine.container(swap.new_id)
            if container is not None and container.status != "created":
                settle(engine, swap.spec, swap.new_id)
    except ResourceError as error:
        return error.message
    return ""


_DO: dict[type, Callable[[_Work, Any], str]] = {
    recover.RollForward: _roll_forward,
    recover.Commit: _commit,
    recover.RollBack: _roll_back,
    recover.Drop: _drop,
    recover.TakeBack: _take_back,
}
