# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passes on pulls from the call that makes them to the call that applies the containers."""

from __future__ import annotations

from typing import Any, Mapping

from ...common.errors import Blocked, ResourceError
from ..target import Target
from .engine import Engine
from .run_memory import FailedPull, RunMemory, run_memory

_STATUSES = {kind.status: kind for kind in (ResourceError, Blocked)}


def as_data(engines: Mapping[str, Engine], target: Target) -> dict[str, Any]:
    """Return the pulls of this run, in types of JSON. engines: by the address that users set."""
    return {
        address: _of_engine(run_memory(engine, target), target)
        for address, engine in engines.items()
    }


def _of_engine(memory: RunMemory, target: Target) -> dict[str, Any]:
    conceal = target.secrets.conceal_sentence
    failed = [
        [list(key), each.error.status, conceal(each.error.problem), conceal(each.error.advice)]
        for key, each in memory.failed_pulls.items()
    ]
    return {
        "pulled": [list(each) for each in sorted(memory.pulled)],
        "failed": failed,
        "limited": sorted(memory.limited),
    }


def take(engine: Engine, pulls: Mapping[str, Any], target: Target) -> None:
    """Note the pulls of another call. pulls: what `as_data` has for this engine."""
    memory = run_memory(engine, target)
    memory.pulled.update((name, platform) for name, platform in pulls["pulled"])
    memory.limited.update(pulls["limited"])
    for key, status, problem, advice in pulls["failed"]:
        error = _STATUSES.get(status, ResourceError)(problem, advice)
        memory.failed_pulls[tuple(key)] = FailedPull(error, 0)
