# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what to do with one container. Pure: no engine, no clock, no files."""

from __future__ import annotations

from typing import Any

from ....common.dataclass import replace
from ....common.errors import Blocked, ResourceError
from ....common.wording import counted
from ...base import Decision, Turn
from .. import label, start_first
from ..observed import Existing, Observed
from ..settings import SETTINGS
from ..spec import ContainerSpec
from . import capabilities, differences, program, steps
from .differences import Difference

#: Actions of this run after which a trigger has no effect.
_FRESH = frozenset({"created", "recreated", "started", "restarted"})


def decide(spec: ContainerSpec, observed: Observed, turn: Turn) -> Decision:
    """Return the steps from the observed state to the spec, and the reason.

    Raise ResourceError if this is not possible.
    """
    decision = _decide(spec, observed, turn)
    if turn.check_mode and turn.uncertain and decision.action == "none":
        doubt = _in_doubt(spec)
        if doubt:
            return Decision("unknown", f"{doubt} may be changed by an earlier resource")
    if decision.action == "none" and observed.moved is None:
        return Decision("unknown", "the registry does not report whether the image changed")
    if observed.followed and decision.action == "none":
        reason = f"it shares the network of {observed.followed}, which was replaced"
        return Decision("recreated", reason)
    if observed.repaired:
        return _with_repair(decision, observed.repaired)
    if observed.is_adoptable and decision.action == "none":
        return replace(decision, adopted=True)
    return decision


def _decide(spec: ContainerSpec, observed: Observed, turn: Turn) -> Decision:
    container = observed.container
    if container is not None and container.status == "removing":
        raise Blocked(f"container {spec.name} is being removed by the engine; try again later")
    if not spec.is_wanted:
        return _absent(spec, container)
    if spec.is_by_name:
        return _by_name(spec, container, turn)
    if container is None:
        return _created(spec, observed)
    found = differences.find(spec.settings, observed, turn.reveal)
    if container.status == "dead" or any(not difference.in_place for difference in found):
        return recreated(spec, observed, container, found)
    updates = _updates(spec, observed, found)
    if spec.state == "stopped":
        return _stopped(container, found, updates)
    if spec.state == "present":
        return _updated_or_none(found, updates, _adopted(container))
    return _running(spec, container, found, updates, turn)


def _by_name(spec: ContainerSpec, container: Existing | None, turn: Turn) -> Decision:
    """Return what is done with an existing container whose settings stay as they are."""
    if container is None:
        raise ResourceError(
            f"container {spec.name} does not exist", "correct the name, or add image to create it"
        )
    if container.status == "dead":
        raise ResourceError(
            f"container {spec.name} cannot be started, because the engine could not remove it"
            " (dead)",
            "remove it, or add image to replace it",
        )
    if spec.state == "present":
        return Decision("none", "it exists")
    if spec.state == "stopped":
        return _stopped(container, (), ())
    decision = _running(spec, container, (), (), turn)
    is_up = decision.action == "none" and container.is_up and not container.lacks_health
    return replace(decision, reason="it is running") if is_up else decision


def _absent(spec: ContainerSpec, container: Existing | None) -> Decision:
    if container is None:
        return Decision("none", "does not exist")
    removal: list[Any] = [] if container.status in ("created", "exited", "dead") else [steps.Stop()]
    if container.status == "paused":
        removal.insert(0, steps.Unpause())
    removal.append(steps.Remove(spec.remove_volumes))
    return Decision(
        "deleted",
        "state: absent",
        {"before": {"state": container.status}, "after": {"state": "absent"}},
        tuple(removal),
    )


def _created(spec: ContainerSpec, observed: Observed) -> Decision:
    _refuse_nothing_to_run(spec, observed)
    capabilities.refuse_missing_source(observed.missing_source)
    capabilities.refuse_missing_container(spec, observed)
    start_first.refuse_declared_volumes(spec, observed.image)
    shown = {name: label.plain(value) for name, value in spec.settings.chosen().items()}
    return Decision(
        "created",
        "it does not exist",
        {"before": {"state": "absent"}, "after": {"state": spec.state, **shown}},
        (*_missing_networks(spec, observed), steps.Create(start=_starts(spec, None))),
    )


def _starts(spec: ContainerSpec, replaced: Existing | None) -> bool:
    """Return whether a new container is started. With ``present``, if the replaced one ran."""
    if spec.state == "present":
        return replaced is not None and replaced.has_process
    return spec.state == "running"


def recreated(
    spec: ContainerSpec,
    observed: Observed,
    container: Existing,
    found: tuple[Difference, ...],
    reason: str = "",
) -> Decision:
    """Return the steps that replace a container. reason: in addition to the differences.

    Raise ResourceError if this is not possible.
    """
    if container.auto_remove:
        raise ResourceError(
            f"container {spec.name} was created with --rm and would be removed when stopped, so"
            f" it cannot be replaced safely ({_joined(reason, _reasons(found))}); remove it"
            " manually first"
        )
    _refuse_nothing_to_run(spec, observed)
    capabilities.refuse_missing_source(observed.missing_source)
    capabilities.refuse_missing_container(spec, observed)
    start_first.refuse_declared_volumes(spec, observed.image)
    reason = _joined(reason, _reasons(found)) or f"the container is {container.status}"
    step: Any = steps.Replace(start=_starts(spec, container))
    note = ""
    if start_first.is_chosen(spec) and step.start and container.is_up:
        reason, step = f"{reason}, {start_first.START_FIRST}", steps.StartBeside()
        note = start_first.remark(spec)
    networks = _missing_networks(spec, observed)
    return Decision("recreated", reason, _diff(found), (*networks, step), note)


def _refuse_nothing_to_run(spec: ContainerSpec, observed: Observed) -> None:
    """Raise ResourceError if neither the spec nor the image names a program."""
    settings = spec.settings
    if observed.image is None or any(
        program.words(name, observed, settings.entrypoint, settings.command)
        for name in ("entrypoint", "command")
    ):
        return
    if settings.command == ():
        raise ResourceError(
            f"command: [] leaves nothing to run, because image {spec.image} has no entry point;"
            " set a command, or remove the key"
        )
    raise ResourceError(f"image {spec.image} has no default command; set command")


def _stopped(
    container: Existing, found: tuple[Difference, ...], updates: tuple[Any, ...]
) -> Decision:
    if container.status in ("created", "exited"):
        return _updated_or_none(found, updates, f"it is {_WORDS[container.status]}")
    ending: tuple[Any, ...] = (steps.Stop(),)
    if container.status == "paused":
        ending = (steps.Unpause(), steps.Stop())
    return Decision(
        "stopped",
        _joined(f"it was {container.status}", _reasons(found)),
        _diff(found, container.status, "exited"),
        (*ending, *updates),
    )


def _running(
    spec: ContainerSpec,
    container: Existing,
    found: tuple[Difference, ...],
    updates: tuple[Any, ...],
    turn: Turn,
) -> Decision:
    triggered = turn.triggered and turn.earlier not in _FRESH
    status = container.status
    if spec.expect == "exited" and not triggered:
        return _one_shot(container, found, updates)
    if status == "restarting":
        reason = f"it kept restarting ({counted(container.restart_count, 'time')})"
        return _brought_up("restarted", steps.Restart(), reason, container, found, updates)
    if status in ("created", "exited"):
        reason = "it has not been started yet" if status == "created" else "it was stopped"
        return _brought_up("started", steps.Start(), reason, container, found, updates)
    if triggered:
        before = (steps.Unpause(),) if status == "paused" else ()
        decision = _brought_up("restarted", steps.Restart(), "triggered", container, found, updates)
        return Decision("restarted", decision.reason, decision.diff, (*before, *decision.steps))
    if status == "paused":
        reason = "it was paused"
        return _unpaused(reason, container, found, updates)
    if turn.awaited and _may_yet_fail(container):
        decision = _updated_or_none(found, updates, "")
        return replace(decision, steps=(*updates, steps.Await()))
    adopted = _adopted(container)
    unhealthy = "it is unhealthy" if container.health == "unhealthy" else ""
    decision = _updated_or_none(found, updates, unhealthy or adopted)
    return replace(decision, note=_unhealthy(spec, container)) if unhealthy else decision


def _adopted(container: Existing) -> str:
    return "" if container.recorded else "created by another tool; already matches"


def _may_yet_fail(container: Existing) -> bool:
    """Return whether a running container would still be waited for if it had just been started.

    One that its policy has restarted may be about to end again.
    """
    return container.lacks_health or (not container.health and container.restart_count > 0)


def _unhealthy(spec: ContainerSpec, container: Existing) -> str:
    """Return the note about an unhealthy container for which the run does not wait."""
    detail = f"; {container.last_check}" if container.last_check else ""
    return (
        f"container {spec.name} is unhealthy{detail}. A run waits up to {spec.health_timeout:g} s"
        " for it to become healthy if other resources depend on it"
    )


def _one_shot(
    container: Existing, found: tuple[Difference, ...], updates: tuple[Any, ...]
) -> Decision:
    status = container.status
    if status == "exited" and container.exit_code == 0:
        return _updated_or_none(found, updates, "it exited with 0")
    if status == "running":
        return _brought_up(
            "ran",
            steps.Await(),
            "it is still running; waiting until it exits",
            container,
            found,
            updates,
        )
    if status == "paused":
        return _unpaused("it was paused", container, found, updates)
    ended = f"it exited with {container.exit_code}" if status == "exited" else "it has not run yet"
    return _brought_up("started", steps.Start(), ended, container, found, updates)


def _unpaused(
    reason: str,
    container: Existing,
    found: tuple[Difference, ...],
    updates: tuple[Any, ...],
) -> Decision:
    decision = _brought_up("started", steps.Unpause(), reason, container, found, updates)
    return replace(decision, steps=(*decision.steps, steps.Await()))


_WORDS = {"created": "not started yet", "exited": "stopped"}


def _brought_up(
    action: str,
    step: Any,
    reason: str,
    container: Existing,
    found: tuple[Difference, ...],
    updates: tuple[Any, ...],
) -> Decision:
    return Decision(
        action,
        _joined(reason, _reasons(found)),
        _diff(found, container.status, "running"),
        (*updates, step),
    )


def _updated_or_none(
    found: tuple[Difference, ...], updates: tuple[Any, ...], remark: str
) -> Decision:
    if not found:
        return Decision("none", remark)
    return Decision("updated", _reasons(found), _diff(found), updates)


def _updates(
    spec: ContainerSpec, observed: Observed, found: tuple[Difference, ...]
) -> tuple[Any, ...]:
    """Return the steps for differences that the engine can change in place."""
    fields = {difference.field for difference in found} - {"networks"}
    changes: list[Any] = [*_missing_networks(spec, observed)] if found else []
    if fields:
        changes.append(steps.Update(update_payload(spec, fields)))
    for difference in found:
        if difference.field != "networks":
            continue
        if difference.before is not None:
            changes.append(steps.Disconnect(difference.before.network))
        if difference.after is not None:
            changes.append(steps.Connect(difference.after))
    return tuple(changes)


def update_payload(spec: ContainerSpec, fields: set[str]) -> dict[str, Any]:
    """Return the body of the engine's update call, with the restart policy and limits."""
    payload: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        if name in fields and setting.update:
            payload.update(setting.update(spec.settings))
    return payload


def _missing_networks(spec: ContainerSpec, observed: Observed) -> list[steps.CreateNetwork]:
    missing = [name for name in wanted_networks(spec) if name not in observed.known_networks]
    if missing and not spec.create_networks:
        raise ResourceError(
            f"network {missing[0]} does not exist and create_networks is false; create it first"
            f" (docker network create {missing[0]})"
        )
    capabilities.refuse_addresses(spec, observed)
    return [steps.CreateNetwork(name) for name in missing]


def wanted_networks(spec: ContainerSpec) -> list[str]:
    """Return the networks that the spec needs to exist."""
    names = [attachment.network for attachment in spec.settings.networks or ()]
    mode = spec.settings.network_mode
    if mode and mode not in ("host", "none", "bridge") and not mode.startswith("container:"):
        names.append(mode)
    return [name for name in names if name not in ("bridge", "host", "none")]


def _in_doubt(spec: ContainerSpec) -> str:
    if spec.settings.env_file:
        return "env_file"
    if (spec.settings.network_mode or "").startswith("container:"):
        return "the container whose network it shares"
    return ""


def _with_repair(decision: Decision, repaired: str) -> Decision:
    action = "updated" if decision.action == "none" else decision.action
    return Decision(action, _joined(repaired, decision.reason), decision.diff, decision.steps)


def _reasons(found: tuple[Difference, ...]) -> str:
    return ", ".join(difference.reason for difference in found)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _diff(
    found: tuple[Difference, ...], state_before: str = "", state_after: str = ""
) -> dict[str, Any]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if state_before != state_after:
        before["state"], after["state"] = state_before, state_after
    for difference in found:
        for side, value in ((before, difference.before), (after, difference.after)):
            if value is None:
                continue
            value = value if isinstance(value, (dict, list, bool, int)) else str(value)
            if isinstance(value, dict) and isinstance(side.get(difference.field), dict):
                value = {**side[difference.field], **value}
            if difference.field == "networks" and difference.field in side:
                value = f"{side['networks']}, {value}"
            side[difference.field] = value
    return {"before": before, "after": after}
