# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the repair of a replacement, as ``recover`` has decided."""

from __future__ import annotations

import time
from typing import Any, Callable, Sequence

from ....common.dataclass import dataclass
from ....common.errors import Blocked, ResourceError
from ..engine import Engine
from ..settings import Settings
from ..settle import settle
from ..spec import FAILED, NEW, OLD, ContainerSpec
from . import recover
from .names import turn_off
from .replace import commit
from .rollback import Swap, roll_back
from .start_beside import finish_requests, retire, swap_back, take_place
from .swap_names import hand_over

#: Seconds after which the engine has certainly renamed a container.
_RENAME_MARGIN = 1.0


@dataclass(frozen=True)
class _Work:
    """name: of the container that is repaired. spec: of the container that is being applied."""

    engine: Engine
    spec: ContainerSpec
    name: str
    note: Callable[[str], object]

    def swaps(self, pairs: Sequence[recover.Pair]) -> list[Swap]:
        return [self.swap(pair) for pair in pairs]

    def swap(self, pair: recover.Pair) -> Swap:
        is_its_own = pair.name == self.spec.name
        spec = self.spec if is_its_own else ContainerSpec(pair.name, Settings())
        return Swap(spec, pair.old, pair.new)


def carry_out(
    engine: Engine,
    spec: ContainerSpec,
    repair: recover.Repair,
    note: Callable[[str], object],
) -> str:
    """Finish or undo a replacement, and return a sentence that says so.

    spec: of the container that has its turn, or of one of its followers. note: takes remarks. Raise
    ResourceError.
    """
    work = _Work(engine, spec, next(iter(repair.left)), note)
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
    return _back(work, work.swaps(step.pairs), "it has not been started yet", step.doubtful)


def _back(work: _Work, swaps: Sequence[Swap], problem: str, doubtful: bool) -> str:
    roll_back(work.engine, swaps, doubtful)
    return f"restored the old container after an interrupted replacement ({problem})"


def _take_over(work: _Work, step: recover.TakeOver) -> str:
    swap = work.swap(step.pair)
    try:
        hand_over(work.engine, swap.name, swap.old_id, swap.new_id)
        settle(work.engine, swap.spec, swap.new_id)
        take_place(work.engine, swap, work.note)
    except Blocked:
        raise
    except ResourceError as error:
        return _swapped_back(work, swap, error.message)
    retire(work.engine, swap)
    return "finished an interrupted replacement"


def _abandon(work: _Work, step: recover.Abandon) -> str:
    swap = work.swap(step.pair)
    if _is_renamed(work.engine, swap):
        return _take_over(work, recover.TakeOver(step.pair))
    return _drop(work, recover.Drop((swap.new_id,)))


def _is_renamed(engine: Engine, swap: Swap) -> bool:
    """Return whether the old container loses the name, because the engine still carries out a
    call.
    """
    deadline = time.monotonic() + _RENAME_MARGIN
    while True:
        old = engine.container(swap.old_id)
        if old is None or old.name != swap.name or time.monotonic() >= deadline:
            return old is not None and old.name != swap.name
        time.sleep(0.2)


def _swap_back(work: _Work, step: recover.SwapBack) -> str:
    return _swapped_back(work, work.swap(step.pair), "the new one does not run")


def _swapped_back(work: _Work, swap: Swap, problem: str) -> str:
    swap_back(work.engine, swap, doubtful=False)
    return f"restored the old container after an interrupted replacement ({problem})"


def _turn_off(work: _Work, step: recover.TurnOff) -> str:
    failed = work.engine.container(step.container)
    if failed is not None:
        finish_requests(work.spec, failed)
    turn_off(work.engine, step.container)
    return f"stopped {work.name}{FAILED}, left by an interrupted replacement"


def _drop(work: _Work, step: recover.Drop) -> str:
    for container in step.containers:
        work.engine.remove(container)
    return f"removed {work.name}{NEW}, left by an interrupted replacement"


def _take_back(work: _Work, step: recover.TakeBack) -> str:
    work.engine.rename(step.container, work.name)
    return f"renamed {work.name}{OLD} back to {work.name} after an interrupted replacement"


def _unsettled(engine: Engine, swaps: Sequence[Swap]) -> str:
    """Return why one of the new containers does not settle; empty if all do."""
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
    recover.TakeOver: _take_over,
    recover.SwapBack: _swap_back,
    recover.Abandon: _abandon,
    recover.TurnOff: _turn_off,
    recover.Drop: _drop,
    recover.TakeBack: _take_back,
}
