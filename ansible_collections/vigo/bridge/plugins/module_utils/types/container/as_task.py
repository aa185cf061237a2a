# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container as the module applies it: with states of single tasks, and its facts."""

from __future__ import annotations

import datetime
import re
from typing import Any, Mapping, cast

from ...common.dataclass import dataclass, fields, replace
from ...common.errors import ResourceError, within
from ..base import Decision, Turn
from ..on_engine.engines import engine_of
from ..result import Result
from ..target import Target
from . import facts, label, spec
from .behaviour import Container
from .decide import decide, steps
from .descriptor import TYPE
from .observed import Observed
from .rows.shared import plain
from .spec import ContainerSpec
from .values import limits, quantities

#: The beginning of a limit as docker_container has it.
_LIMIT = re.compile(r"^(\w+):(?=-?\d)")
#: Words of `state` that a stack does not have, and what is applied for them.
_STATES = {"started": "running", "restarted": "running", "present": "running"}
#: The states for which an existing container is stopped.
_STOPPING = ("stopped", "restarted", "absent")


@dataclass(frozen=True)
class TaskSpec(ContainerSpec):
    """One container of a task.

    restarted: whether to restart it unless it is started anyway. recreate: whether to replace it in
    any case. force_kill: whether it is killed where it would be stopped. stopped_within: the
    seconds after which it is killed when it is stopped; None: as the container has it.
    """

    restarted: bool = False
    recreate: bool = False
    force_kill: bool = False
    stopped_within: int | None = None


class ContainerTask(Container):
    """A container that one task describes, or only names."""

    def parse(self, attributes: Mapping[str, Any]) -> TaskSpec:
        return parse(attributes)

    def decide(self, spec: ContainerSpec, observed: Observed, turn: Turn) -> Decision:
        """Return what to do. Pure. Raise ResourceError."""
        return decided(cast(TaskSpec, spec), observed, turn)

    def describe(
        self, attributes: Mapping[str, Any], result: Result, target: Target
    ) -> Mapping[str, Any]:
        """Return the facts of the container, as it is now or would be."""
        if result.action == "blocked":
            return {}  # The engine may not respond, and is not awaited a second time.
        try:
            wanted = self.parse(attributes)
            with target.concealing():
                engine = engine_of(wanted.docker_host, target)
                now = datetime.datetime.now(datetime.timezone.utc)
                found = facts.current(engine, wanted.name, now)
        except (ResourceError, OSError):
            return {}  # The result says why.
        if target.check_mode and result.changed:
            found = facts.predicted(found, wanted, result)
        return {"container": found}


def parse(attributes: Mapping[str, Any]) -> TaskSpec:
    """Return the spec of a task's arguments. Raise ResourceError."""
    given = {name: value for name, value in attributes.items() if name in TYPE.options}
    state = plain(given.get("state") or "running", "state")
    given["state"] = _STATES.get(state, state)
    stopped_within = None
    if state in _STOPPING and not given.get("image"):
        stopped_within = _stop_timeout(given.pop("stop_timeout", None))
    given["pull"] = _pull(given.get("pull"))
    given["ulimits"] = _ulimits(given.get("ulimits"))
    if str(given.get("restart")).strip().lower() == "true":
        raise ResourceError(
            "restart: it is the restart policy, and true is not one",
            "use state: restarted to restart the container, or restart: always",
            place=("restart",),
        )
    wanted = spec.parse(given, may_be_by_name=True)
    if attributes.get("recreate") and wanted.is_by_name:
        raise ResourceError(
            "image is missing, and recreate requires it", "add image", place=("image",)
        )
    found = {one.name: getattr(wanted, one.name) for one in fields(ContainerSpec)}
    if state == "present":
        found["state"] = state
    return TaskSpec(
        **found,
        restarted=state == "restarted",
        recreate=bool(attributes.get("recreate")),
        force_kill=bool(attributes.get("force_kill")),
        stopped_within=stopped_within,
    )


def _stop_timeout(value: Any) -> int | None:
    """Return the seconds of ``stop_timeout``; None if it is not set."""
    if value is None or not str(value).strip():
        return None
    with within("stop_timeout"):
        return limits.stop_timeout(value, "stop_timeout")


def _ulimits(value: Any) -> Any:
    """Return limits with ``NAME:SOFT:HARD`` as ``NAME=SOFT:HARD``."""
    if not isinstance(value, list):
        return value
    return [_LIMIT.sub(r"\1=", item) if isinstance(item, str) else item for item in value]


def _pull(value: Any) -> Any:
    """Return when to pull: true is short for ``always``, and false for ``missing``."""
    if value is None:
        return None
    try:
        return "always" if quantities.switch(value, "pull") else "missing"
    except ResourceError:
        return value


def decided(wanted: TaskSpec, observed: Observed, turn: Turn) -> Decision:
    """Return what a task does with a container. Pure. Raise ResourceError."""
    triggered = turn.triggered or wanted.restarted
    decision = decide.decide(wanted, observed, replace(turn, triggered=triggered))
    if wanted.restarted and not turn.triggered:
        reason = decision.reason.replace("triggered", "state: restarted", 1)
        decision = replace(decision, reason=reason)
    container = observed.container
    is_due = wanted.recreate and wanted.is_wanted and decision.action != "recreated"
    if is_due and container is not None:
        decision = decide.recreated(wanted, observed, container, (), "recreate: true")
    if wanted.stopped_within is not None:
        decision = replace(decision, steps=_within(wanted.stopped_within, decision.steps))
    # Engines stop a restarting container at once.
    if wanted.force_kill and container is not None and container.status != "restarting":
        decision = replace(decision, steps=_killing(decision.steps))
    owner = label.owner(container.labels) if container is not None else None
    if owner is not None and decision.action != "none" and not decision.note:
        note = f"container {wanted.name} belongs to stack {owner.scope!r}, which may undo this"
        decision = replace(decision, note=note)
    return decision


def _within(seconds: int, planned: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the steps, with this timeout for each stop."""
    stopping = (steps.Stop, steps.Restart)
    return tuple(
        replace(step, timeout=seconds) if isinstance(step, stopping) else step for step in planned
    )


def _killing(planned: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the steps with a kill in place of each stop."""
    found: list[Any] = []
    for step in planned:
        if isinstance(step, steps.Stop):
            found.append(steps.Kill())
        elif isinstance(step, steps.Restart):
            found += [steps.Kill(), steps.Start()]
        else:
            found.append(step)
    return tuple(found)
