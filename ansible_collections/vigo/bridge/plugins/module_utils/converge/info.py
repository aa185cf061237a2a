# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds out the state of a stack on this machine. Nothing is changed."""

from __future__ import annotations

import datetime
from typing import Any, Mapping

from ..common.dataclass import asdict, replace
from ..host import private_files
from ..state.last_run import LastRun
from ..state.state_folder import StateFolder
from ..types.container.states import states_of_containers
from ..types.result import Result
from ..types.target import Target
from .run import converge, stack_of
from .selection import names

#: Arguments that are not used for the prediction: all resources are predicted together.
_OF_RUNS = ("only", "prune", "pull", "former", "rollout", "started_by", "min_healthy_time")


def stack_info(arguments: Mapping[str, Any], target: Target) -> list[Result]:
    """Return what a run would do with each resource; more about the stack is in target.returned.

    arguments: as the module vigo.bridge.stack_info documents them. Raise ResourceError if nothing
    can be predicted at all.
    """
    target.check_mode = True
    results = converge({**arguments, **dict.fromkeys(_OF_RUNS)}, target)
    only = tuple(arguments.get("only") or ())
    path = arguments.get("state_dir") or private_files.default_folder()
    stack = stack_of(arguments)
    last = LastRun.load(StateFolder(path, True, target.note), stack.scope, stack.id)
    now = datetime.datetime.now(datetime.timezone.utc)
    target.returned = {
        "containers": [
            each
            for each in states_of_containers(target, now)
            if _is_wanted(only, str(each["resource"]))
        ],
        "last_run": None if last is None else asdict(last),
    }
    return [replace(each, diff=None) for each in results if _is_wanted(only, each.id)]


def _is_wanted(only: tuple[str, ...], resource_id: str) -> bool:
    return not only or any(names(selector, resource_id) for selector in only)
