# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts, stops or starts what a stack runs on this machine, or pulls its images."""

from __future__ import annotations

import datetime
from typing import Any, Callable, Iterable, Mapping, cast

from ..common.errors import ResourceError
from ..host import private_files
from ..state.owners_file import OwnersFile
from ..state.state_folder import LOCK_TIMEOUT, StateFolder
from ..state.stops import Stops
from ..types.base import Behaviour, Call, Turn, begin
from ..types.on_demand import PULLED, RESTARTED, STARTED, STOPPED
from ..types.registry import TYPES
from ..types.result import Result, as_failed
from ..types.target import Target
from .described import Described, described
from .input import Resource
from .run import stack_of

STATES = (RESTARTED, STARTED, STOPPED, PULLED)


def bring_to_state(arguments: Mapping[str, Any], target: Target) -> list[Result]:
    """Bring the selected resources to ``state``, and return a result for each.

    arguments: as the module vigo.bridge.stack_state documents them. Raise ResourceError when
    nothing could be started at all.
    """
    state = str(arguments["state"])
    wanted = described(arguments, target)
    stack = stack_of(arguments)
    path = arguments.get("state_dir") or private_files.default_folder()
    folder = StateFolder(path, target.check_mode, target.note)
    given = arguments.get("lock_timeout")
    with folder.locked(LOCK_TIMEOUT if given is None else float(given)):
        healthy_time = float(arguments.get("min_healthy_time") or 0)
        record = OwnersFile.load(folder)
        call = Call(stack, record, frozenset(wanted.resources), min_healthy_time=healthy_time)
        turns = _Turns(state, wanted, target, Stops.load(folder, stack.scope, stack.id))
        for behaviour in turns.behaviours.values():
            behaviour.start(call, target)
        results = turns.results()
        changed = [
            later
            for behaviour in turns.behaviours.values()
            for later in behaviour.finish(call, results, target)
        ]
        return list({result.id: result for result in (*results, *changed)}.values())


class _Turns:
    """Handles the selected resources in order; containers are stopped in the reverse order."""

    def __init__(self, state: str, wanted: Described, target: Target, stops: Stops) -> None:
        self._state = state
        self._wanted = wanted
        self._target = target
        self._stops = stops
        resources = [wanted.resources[each] for each in wanted.selected]
        self._order = [each for each in resources if TYPES[each.type].on_demand]
        if state == STOPPED:
            self._order.reverse()
        self.behaviours = {each.type: _behaviour(each, state) for each in self._order}
        #: The results so far, and functions that wait for pending results, by ID.
        self._results: dict[str, Result] = {}
        self._pending: dict[str, Callable[[], Result]] = {}

    def results(self) -> list[Result]:
        """Handle each resource in turn, and return the results."""
        try:
            for resource in self._order:
                self._take(resource)
        finally:
            self._join(list(self._pending))
        return [self._results[resource.id] for resource in self._order]

    def _take(self, resource: Resource) -> None:
        needed = self._wanted.before(resource.id) if self._state != PULLED else frozenset()
        if self._state in (RESTARTED, STARTED):
            self._join(needed)
            failed = [
                each for each in self._wanted.selected if each in needed and self._failed(each)
            ]
            if failed:
                reason = f"{failed[0]} failed"
                self._results[resource.id] = Result(
                    resource.id, resource.type, "skipped", reason, failed_dependency=failed[0]
                )
                return
        if self._state == STOPPED:
            self._join([each for each in self._pending if resource.id in self._wanted.before(each)])
        behaviour = self.behaviours[resource.type]
        render = self._wanted.rendering.of(resource, behaviour.reads)
        awaited = Turn(awaited=True)
        begun = begin(
            resource.id,
            behaviour,
            lambda: {**render(), "resource": resource.id},
            self._target,
            awaited,
        )
        if begun.is_pending:
            self._pending[resource.id] = begun.result
        else:
            self._file(begun.result())

    def _failed(self, resource_id: str) -> bool:
        result = self._results.get(resource_id)
        return result is not None and (result.failed or bool(result.failed_dependency))

    def _join(self, ids: Iterable[str]) -> None:
        for resource_id in [each for each in self._pending if each in ids]:
            self._file(self._pending.pop(resource_id)())

    def _file(self, result: Result) -> None:
        """Store a result, and record stopped resources until something starts them."""
        try:
            if result.action == "stopped":
                self._stops.add(result.id, _now())
            elif result.changed and self._state in (RESTARTED, STARTED):
                self._stops.forget(result.id)
        except ResourceError as error:
            result = as_failed(result, error)
        self._results[result.id] = result


def _behaviour(resource: Resource, state: str) -> Behaviour:
    on_demand = cast("Callable[[str], Behaviour]", TYPES[resource.type].on_demand)
    return on_demand(state)


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
