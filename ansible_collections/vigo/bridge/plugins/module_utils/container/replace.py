# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacing a container as one transaction.

Its phase can be read off names and labels at any moment, so that ``recover`` can finish or undo
what a killed run left:

1. create ``NAME.vigo-new``; its labels say whom it replaces, and how that one was
2. stop the old one, rename it to ``NAME.vigo-old``
3. rename the new one to ``NAME`` (before its start: Podman's DNS keeps the name of the start)
4. disarm the old one: with ``always``, both would run after a restart of the engine
5. start the new one and wait until it is settled
6. remove the old one, its volumes kept
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any, Callable, Mapping

from ..errors import Blocked, ResourceError
from . import label, names, restart, settle
from .connection import Refused
from .engine import Engine
from .observed import Existing
from .spec import FAILED, NEW, OLD, ContainerSpec

#: Podman holds a published port for some seconds after a failed start.
_PORT_PATIENCE = 15.0
#: Seconds beyond its grace after which a container that is being stopped surely is.
_STOP_MARGIN = 1.0


def replace(
    engine: Engine,
    spec: ContainerSpec,
    old: Existing,
    payload: Mapping[str, Any],
    start: bool,
    note: Any,
) -> Callable[[], None]:
    """Gives what waits until the new container is settled and then removes the old one.

    Both raise ResourceError; the old container is then back as it was. payload: the create
    call's body, with the labels of ``labels_for``.
    """
    names.refuse_foreign(engine, spec.name)
    new_id = create(engine, spec, spec.name + NEW, payload, note)
    try:
        take_over(engine, spec, old, new_id)
        settled = _started(engine, spec, new_id) if start else None
    except ResourceError as error:
        raise _undone(engine, spec, old, new_id, error) from error

    def finish() -> None:
        try:
            if settled is not None:
                settled()
        except ResourceError as error:
            raise _undone(engine, spec, old, new_id, error) from error
        commit(engine, spec, old.id)

    return finish


def _started(engine: Engine, spec: ContainerSpec, new_id: str) -> Callable[[], Existing]:
    return settle.begin(engine, spec, new_id, lambda: engine.start(new_id), fresh=True)


def labels_for(old: Existing) -> dict[str, str]:
    """What ``recover`` must know, written before anything is touched."""
    prior = {"restart": old.settings.restart, "running": _was_running(old)}
    return {label.REPLACES: old.id, label.PRIOR: json.dumps(prior, sort_keys=True)}


def create(
    engine: Engine, spec: ContainerSpec, name: str, payload: Mapping[str, Any], note: Any
) -> str:
    """A container with all its networks, not started; its ID.

    Nothing stays when it fails, if the engine still answers.
    """
    try:
        new_id, warnings = engine.create(name, payload, spec.settings.platform or "")
        for warning in warnings:
            note(f"container {spec.name}: {warning}")
        for attachment in (spec.settings.networks or ())[1:]:
            engine.connect(attachment, new_id)
    except ResourceError:
        with contextlib.suppress(ResourceError):
            _drop_half_made(engine, name, payload["Labels"])
        raise
    return new_id


def _drop_half_made(engine: Engine, name: str, labels: Mapping[str, str]) -> None:
    """Removes it by its name: the answer that had its ID may be lost.

    Its volumes only where it carries none over: Podman would take those, too.
    """
    made = engine.container(name)
    if made is not None and made.labels.get(label.SPEC) == labels[label.SPEC]:
        engine.remove(made.id, volumes=label.REPLACES not in labels)


def take_over(engine: Engine, spec: ContainerSpec, old: Existing, new_id: str) -> None:
    """The new container gets the name; the old one is stopped and out of the way."""
    if old.status == "paused":
        engine.unpause(old.id)
    if _was_running(old):
        engine.stop(old.id, old.grace)
    engine.rename(old.id, spec.name + OLD)
    engine.rename(new_id, spec.name)
    names.disarm(engine, old.id)


def commit(engine: Engine, spec: ContainerSpec, old_id: str) -> None:
    """The new container is settled: the old one goes, its volumes stay."""
    try:
        _remove_surely(engine, old_id)
    except ResourceError as error:
        message = (
            f"container {spec.name} was replaced and runs, but the former one is still there as"
            f" {spec.name}{OLD}: {error.message}. The next run removes it"
        )
        raise _same_kind(error, message) from error
    with contextlib.suppress(ResourceError):  # The next replacement drops it as well.
        names.drop_failed(engine, spec.name)


def _remove_surely(engine: Engine, container_id: str) -> None:
    """Twice where need be: an answer that was lost says nothing, and what is gone is no error."""
    try:
        engine.remove(container_id)
    except ResourceError:
        engine.remove(container_id)


def roll_back(
    engine: Engine, spec: ContainerSpec, old_id: str, new_id: str, doubtful: bool
) -> None:
    """The old container back as it was, from whatever phase was reached.

    A new one that had the name already is kept as ``NAME.vigo-failed``, any other is removed.
    doubtful: whether the engine may still be stopping the old one; a lost client does not
    make it give up.
    """
    new = engine.container(new_id)
    prior = json.loads(new.labels.get(label.PRIOR) or "{}") if new else {}
    if new is not None and new.name == spec.name:
        names.keep_failed(engine, spec.name, new)
    old = engine.container(old_id)
    if old is None:
        raise ResourceError(f"container {spec.name}: the former container {old_id[:12]} is gone")
    policy = prior.get("restart", old.settings.restart)
    if old.settings.restart != policy and not engine.is_podman:
        engine.update(old.id, {"RestartPolicy": restart.payload(policy)})
    if old.name != spec.name:
        engine.rename(old.id, spec.name)
    if prior.get("running") and not (_stays_up(engine, old) if doubtful else old.is_up):
        _start_patiently(engine, old.id)
    if new is not None and new.name == spec.name + NEW:
        engine.remove(new.id)


def _undone(
    engine: Engine, spec: ContainerSpec, old: Existing, new_id: str, error: ResourceError
) -> ResourceError:
    """The error of a replacement that failed, after the way back."""
    try:
        roll_back(engine, spec, old.id, new_id, doubtful=isinstance(error, Blocked))
    except ResourceError as second:
        return _same_kind(
            error,
            f"{error.message}; putting the former container back failed, too: {second.message}."
            " The next run tries again",
        )
    state = "is back and running" if _was_running(old) else "is back"
    kept = engine.container(spec.name + FAILED)
    trace = f"; the new one is kept, stopped, as {spec.name}{FAILED}" if kept else ""
    message = f"{error.message}. The former container {state}{trace}"
    return _same_kind(error, message)


def _same_kind(error: ResourceError, message: str) -> ResourceError:
    changed = ResourceError(message, log=error.log, rc=error.rc)
    changed.status = error.status
    return changed


def _was_running(container: Existing) -> bool:
    return container.status in ("running", "paused", "restarting")


def _stays_up(engine: Engine, container: Existing) -> bool:
    """Whether it is up, and still so when a stop that is under way would have ended it."""
    deadline = time.monotonic() + container.grace + _STOP_MARGIN
    now: Existing | None = container
    while now is not None and now.is_up and time.monotonic() < deadline:
        time.sleep(0.2)
        now = engine.container(container.id)
    return now is not None and now.is_up


def _start_patiently(engine: Engine, container_id: str) -> None:
    deadline = time.monotonic() + _PORT_PATIENCE
    while True:
        try:
            return engine.start(container_id)
        except Refused as error:
            if "already in use" not in error.message or time.monotonic() > deadline:
                raise
        time.sleep(0.5)
