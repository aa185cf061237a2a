# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts, stops and restarts a stack's existing containers, without updating them."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from ...common.dataclass import dataclass
from ...host.background import Background
from ..base import Call, Decision, Outcome, Pending, Turn
from ..on_demand import RESTARTED, STARTED, STOPPED
from ..on_engine.engines import OnEngine, engine_of
from ..result import Result
from ..target import Target
from .act import Work, act
from .decide import steps
from .descriptor import TYPE
from .health_watch import unhealthy
from .named import named
from .observed import Existing, Observed
from .owners import owners
from .replace.followers import on_its_network
from .settle import await_health
from .spec import ContainerSpec


@dataclass(frozen=True)
class Seen:
    """An existing container of the stack. of: another resource to which it belongs on this host."""

    container: Existing | None
    of: str = ""


class Power(OnEngine):
    """Starts, stops or restarts containers. wanted: STARTED, STOPPED or RESTARTED."""

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

    def observe(self, spec: ContainerSpec, target: Target) -> Seen:
        with target.concealing():
            engine = engine_of(spec.docker_host, target)
            container = engine.container(spec.name)
            if container is None or not spec.is_wanted:
                return Seen(None)
            return Seen(container, owners(target).other_resource(container, spec.resource))

    def decide(self, spec: ContainerSpec, observed: Seen, turn: Turn) -> Decision:
        return decide(self._wanted, spec, observed)

    def act(
        self, spec: ContainerSpec, observed: Seen, decision: Decision, target: Target
    ) -> Outcome | Pending:
        with target.concealing():
            engine = engine_of(spec.docker_host, target)
            if self._wanted != STOPPED:
                named(target).serving[spec.resource] = (engine, spec)
            work = Work(engine, spec, Observed(observed.container), target)
            if self._wanted == STOPPED:
                stopping = Background(lambda: _stop(work, decision))
                return Pending(stopping.result, stopping.ended)
            outcome = act(work, decision)
            if isinstance(outcome, Pending) and decision.action in (RESTARTED, STARTED):
                return _with_followers(work, outcome)
            return outcome

    def finish(self, call: Call, results: Sequence[Result], target: Target) -> list[Result]:
        """Check that all containers that were started stay healthy."""
        with target.concealing():
            return unhealthy(named(target), results, call.min_healthy_time, target)

    def may_alter(self, spec: ContainerSpec) -> Sequence[str]:
        """Return no paths: no other resource is applied in this call."""
        return ()


def decide(wanted: str, spec: ContainerSpec, seen: Seen) -> Decision:
    """Return what has to be done with an existing container. Pure."""
    container = seen.container
    if container is None:
        return Decision("skipped", f"container {spec.name} does not exist on this host")
    if seen.of:
        return Decision("skipped", f"container {spec.name} belongs to {seen.of} on this host")
    if wanted == STOPPED:
        return _stopped(container)
    if spec.expect == "exited":
        return Decision("skipped", "it is expected to exit; only a run starts it")
    if spec.state == "stopped":
        return Decision("skipped", "the stack has it stopped (state: stopped)")
    return _BROUGHT_UP[wanted](container)


def _stopped(container: Existing) -> Decision:
    if not container.has_process:
        return Decision("none", f"it is not running ({container.status})")
    return Decision(
        "stopped", "", _diff(container, "exited"), (*_unpaused(container), steps.Stop())
    )


def _started(container: Existing) -> Decision:
    if container.status == "paused":
        return Decision(
            "started", "it is paused", _diff(container), (steps.Unpause(), steps.Await())
        )
    if container.has_process:
        return Decision("none", "it is already running")
    return Decision("started", f"it is {container.status}", _diff(container), (steps.Start(),))


def _restarted(container: Existing) -> Decision:
    if not container.has_process:
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


def _stop(work: Work, decision: Decision) -> Outcome:
    """Stop a container. Others can be stopped at the same time, because each may take long."""
    with work.target.concealing():
        act(work, decision)
    return Outcome()


def _with_followers(work: Work, pending: Pending) -> Pending:
    """Restart the containers that share its network, too: they lose it when the container
    restarts.
    """

    def wait() -> Outcome:
        outcome = pending.wait()
        with work.target.concealing():
            for follower in on_its_network(work.engine, work.container):
                if not follower.has_process:
                    continue
                if not owners(work.target).is_ours(follower):
                    work.target.note(
                        f"container {follower.name} shares the network of {work.spec.name}, but"
                        " does not belong to this stack; it has no network until you restart it"
                    )
                    continue
                work.engine.restart(follower.id, follower.grace)
                await_health(work.engine, follower, work.spec)
                work.target.note(
                    f"container {follower.name} shares the network of {work.spec.name}, and was"
                    " restarted with it"
                )
        return outcome

    return Pending(wait, pending.ended)
