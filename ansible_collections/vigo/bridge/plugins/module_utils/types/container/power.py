# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, stopping and restarting a stack's containers as they are, without updating them."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from ...common.errors import ResourceError
from ..base import Call, Decision, Outcome, Pending, Turn
from ..on_demand import RESTARTED, STARTED, STOPPED
from ..on_engine.engines import OnEngine, engine_of
from ..result import Result
from ..target import Target
from .act import Work, act, concealing
from .decide import steps
from .descriptor import TYPE
from .ending import has_process
from .health_watch import unhealthy
from .named import named
from .observed import Existing, Observed
from .owners import owners
from .spec import ContainerSpec


class Power(OnEngine):
    """Brings containers up or down. wanted: STARTED, STOPPED or RESTARTED."""

    type = TYPE
    reads = (
        "container",
        "image",
        "state",
        "expect",
        "health_timeout",
        "settle_time",
        "docker_host",
    )

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted

    def observe(self, spec: ContainerSpec, target: Target) -> Observed:
        with concealing(target):
            engine = engine_of(spec.docker_host, target)
            container = engine.container(spec.name)
            _refuse_unowned(spec, container, target)
            return Observed(container)

    def decide(self, spec: ContainerSpec, observed: Observed, turn: Turn) -> Decision:
        return decide(self._wanted, spec, observed.container)

    def act(
        self, spec: ContainerSpec, observed: Observed, decision: Decision, target: Target
    ) -> Outcome | Pending:
        with concealing(target):
            engine = engine_of(spec.docker_host, target)
            if self._wanted != STOPPED:
                named(target).serving[spec.resource] = (engine, spec)
            return act(Work(engine, spec, observed, target), decision)

    def finish(self, call: Call, results: Sequence[Result], target: Target) -> list[Result]:
        """Check that all containers that were started stay healthy."""
        with concealing(target):
            return unhealthy(named(target), results, call.min_healthy_time, target)

    def may_alter(self, spec: ContainerSpec) -> Sequence[str]:
        """Return no paths: no other resource is applied in this call."""
        return ()


def decide(wanted: str, spec: ContainerSpec, container: Existing | None) -> Decision:
    """Return what has to be done with a container that is as it is. Pure."""
    if container is None or not spec.is_wanted:
        return Decision("skipped", f"container {spec.name} does not exist on this host")
    if wanted == STOPPED:
        return _stopped(container)
    if spec.expect == "exited":
        return Decision("skipped", "it is expected to exit; only a run starts it")
    if spec.state == "stopped":
        return Decision("skipped", "the stack has it stopped (state: stopped)")
    return _BROUGHT_UP[wanted](container)


def _stopped(container: Existing) -> Decision:
    if not has_process(container):
        return Decision("none", f"it is not running ({container.status})")
    return Decision(
        "stopped", "", _diff(container, "exited"), (*_unpaused(container), steps.Stop())
    )


def _started(container: Existing) -> Decision:
    if container.status == "paused":
        return Decision(
            "started", "it is paused", _diff(container), (steps.Unpause(), steps.Await())
        )
    if has_process(container):
        return Decision("none", "it is already running")
    return Decision("started", f"it is {container.status}", _diff(container), (steps.Start(),))


def _restarted(container: Existing) -> Decision:
    if not has_process(container):
        return _started(container)
    done = (*_unpaused(container), steps.Restart())
    return Decision("restarted", "", _diff(container), done)


_BROUGHT_UP: Mapping[str, Callable[[Existing], Decision]] = {
    STARTED: _started,
    RESTARTED: _restarted,
}


def _unpaused(container: Existing) -> tuple[Any, ...]:
    """Return the step that must come first: Podman cannot stop a paused container."""
    return (steps.Unpause(),) if container.status == "paused" else ()


def _diff(container: Existing, after: str = "running") -> Mapping[str, Any]:
    return {"before": {"state": container.status}, "after": {"state": after}}


def _refuse_unowned(spec: ContainerSpec, container: Existing | None, target: Target) -> None:
    """Raise ResourceError if a container is not one that this resource has made or adopted."""
    known = owners(target)
    if container is None or not spec.is_wanted:
        return
    known.refuse_foreign(container, spec.resource)
    if not known.is_ours(container):
        raise ResourceError(
            f"container {spec.name} was not created by this stack, and no run has adopted it",
            "use `vigo-bridge run` first",
        )
