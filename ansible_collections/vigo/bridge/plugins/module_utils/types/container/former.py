# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a container before a rollout changed it, and how to restore it.

A container that was replaced is not described, but kept: its replacement is left uncommitted (see
``replace``), so it is restored like a replacement that a run did not finish.
"""

from __future__ import annotations

from typing import Any, Mapping

from ...common.errors import ResourceError
from ..base import Decision
from ..on_engine.engines import engine_of
from ..target import Target
from .decide import steps
from .ending import end
from .engine import Engine
from .observed import Existing, Observed
from .owners import owners
from .replace import recover, repair, situation
from .settings import Settings
from .settle import settle
from .spec import FAILED, ContainerSpec

REPLACED, CREATED = "replaced", "created"
_PLAIN: dict[type, str] = {
    steps.Create: CREATED,
    steps.Replace: REPLACED,
    steps.StartBeside: REPLACED,
    steps.Start: "started",
    steps.Restart: "restarted",
    steps.Stop: "stopped",
}
_HARMLESS = (steps.CreateNetwork, steps.Await)


def state_of(
    spec: ContainerSpec, observed: Observed, decision: Decision, engine: Engine
) -> Mapping[str, Any] | None:
    """Return the state of a container; None if one of the steps cannot be undone."""
    done = []
    settings: dict[str, Any] = {}
    for step in decision.steps:
        if isinstance(step, steps.Update):
            settings.update(_settings(engine, observed, step))
        elif isinstance(step, steps.Replace) and not step.start:
            return None
        elif type(step) in _PLAIN:
            done.append(_PLAIN[type(step)])
        elif not isinstance(step, _HARMLESS):
            return None
    return {
        "container": spec.name,
        "docker_host": spec.docker_host,
        "id": observed.container.id if observed.container else "",
        "running": bool(observed.container and observed.container.has_process),
        "done": done,
        "settings": settings,
    }


def restore(state: Mapping[str, Any], target: Target) -> Decision:
    """Undo what was done to a container, and return what was done. Raise ResourceError."""
    name, wanted = str(state["container"]), str(state["id"])
    engine = engine_of(str(state["docker_host"]), target)
    done = list(state["done"])
    if not done and not state["settings"]:
        return Decision("none", "it changed together with another container")
    if REPLACED in done:
        return _put_back(engine, name, wanted, bool(state["running"]), target)
    container = engine.container(name)
    if CREATED in done:
        if container is None:
            return Decision("none", "it does not exist, as before")
        if not owners(target).owns(container.id, container.labels):
            raise ResourceError(
                f"container {name} was not created by this stack, so it is not removed"
            )
        end(engine, container)
        engine.remove(container.id, volumes=True)
        return Decision("deleted", "it did not exist")
    if container is None or container.id != wanted:
        raise ResourceError(
            f"container {name} was replaced by something else, so it cannot be restored"
        )
    if state["settings"]:
        engine.update(container.id, state["settings"])
    for each in reversed(done):
        decision = _UNDO[each](engine, name, container)
        if decision is not None:
            return decision
    if state["settings"]:
        return Decision("updated", "the former settings were restored")
    return Decision("none", "it is already in its former state")


def undoes_all(state: Mapping[str, Any]) -> bool:
    """Return whether restoring the state also undoes later changes, because their container is
    removed.
    """
    return REPLACED in state["done"] or CREATED in state["done"]


def discard_former(state: Mapping[str, Any], target: Target) -> None:
    """Remove a container that was replaced. Raise ResourceError."""
    if REPLACED not in state["done"]:
        return
    engine = engine_of(str(state["docker_host"]), target)
    name = str(state["container"])
    needed = _left(engine, name, target)
    if needed is not None:
        commits = tuple(_committed(step) for step in needed.steps)
        done = recover.Repair(commits, needed.left)
        repair.carry_out(engine, _any(name), done, target.note)


def _settings(engine: Engine, observed: Observed, step: steps.Update) -> dict[str, Any]:
    raw = engine.raw_container(observed.existing.id) or {}
    host = raw.get("HostConfig") or {}
    return {name: host[name] for name in step.payload if name in host}


def _put_back(
    engine: Engine, name: str, wanted: str, was_running: bool, target: Target
) -> Decision:
    before = engine.container(name)
    needed = _left(engine, name, target)
    if needed is not None and not any(isinstance(step, recover.Commit) for step in needed.steps):
        back = recover.Repair(tuple(_undone(step) for step in needed.steps), needed.left)
        repair.carry_out(engine, _any(name), back, target.note)
    former = engine.container(name)
    if former is None or former.id != wanted:
        raise ResourceError(
            f"the former container {name} no longer exists, so it cannot be restored"
        )
    started = _start(engine, name, former) if was_running and not former.has_process else None
    if before is not None and before.id == wanted:  # an earlier rollback did this
        return started or Decision("none", "it is the former container")
    if former.has_process and not started:
        settle(engine, _any(name), former.id)
    return Decision(
        "recreated", f"the former container was restored, the new one is {name}{FAILED}"
    )


def _committed(step: Any) -> Any:
    """Return the step that removes the former container, if the repair would wait for the new
    one.
    """
    if isinstance(step, recover.RollForward):
        return recover.Commit(step.pairs)
    return recover.Commit((step.pair,)) if isinstance(step, recover.TakeOver) else step


def _undone(step: Any) -> Any:
    """Return the step that restores the former container, if the repair would finish the
    replacement.
    """
    if isinstance(step, recover.RollForward):
        return recover.RollBack(step.pairs, doubtful=False)
    if isinstance(step, (recover.TakeOver, recover.Abandon)):
        return recover.SwapBack(step.pair)
    return step


def _left(engine: Engine, name: str, target: Target) -> recover.Repair | None:
    known = owners(target)
    current = engine.container(name)
    found = situation.look(engine, name, current, known.refuse_foreign, known.is_ours)
    return recover.decide(found)


def _stop(engine: Engine, name: str, container: Existing) -> Decision | None:
    if not container.has_process:
        return None
    end(engine, container)
    return Decision("stopped", "it was not running")


def _start(engine: Engine, name: str, container: Existing) -> Decision | None:
    if container.is_up:
        return None
    engine.start(container.id)
    settle(engine, _any(name), container.id)
    return Decision("started", "it was running")


def _restart(engine: Engine, name: str, container: Existing) -> Decision | None:
    """Restart a container that was restarted, so that it uses the former files."""
    engine.restart(container.id, container.grace)
    settle(engine, _any(name), container.id)
    return Decision("restarted", "it was restarted by the rollout")


def _any(name: str) -> ContainerSpec:
    return ContainerSpec(name, Settings())


_UNDO = {"started": _stop, "stopped": _start, "restarted": _restart}
