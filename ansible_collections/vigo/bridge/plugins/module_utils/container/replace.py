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

import json
import time
from typing import Any, Mapping

from ..errors import ResourceError
from . import label, names, restart
from .connection import Refused
from .engine import Engine
from .observed import Existing
from .settle import settle
from .spec import FAILED, NEW, OLD, ContainerSpec

#: Podman holds a published port for some seconds after a failed start.
_PORT_PATIENCE = 15.0


def replace(
    engine: Engine,
    spec: ContainerSpec,
    old: Existing,
    payload: Mapping[str, Any],
    start: bool,
    note: Any,
) -> None:
    """Raises ResourceError; the old container is then back as it was.

    payload: the create call's body, with the labels of ``labels_for``.
    """
    names.refuse_foreign(engine, spec.name)
    new_id = create(engine, spec, spec.name + NEW, payload, note)
    try:
        take_over(engine, spec, old, new_id)
        if start:
            engine.start(new_id)
            settle(engine, spec, new_id, fresh=True)
    except ResourceError as error:
        raise _undone(engine, spec, old, new_id, error) from error
    engine.remove(old.id)
    names.drop_failed(engine, spec.name)


def labels_for(old: Existing) -> dict[str, str]:
    """What ``recover`` must know, written before anything is touched."""
    prior = {"restart": old.settings.restart, "running": _was_running(old)}
    return {label.REPLACES: old.id, label.PRIOR: json.dumps(prior, sort_keys=True)}


def create(
    engine: Engine, spec: ContainerSpec, name: str, payload: Mapping[str, Any], note: Any
) -> str:
    """A container with all its networks, not started; its ID. Nothing stays when it fails."""
    new_id, warnings = engine.create(name, payload, spec.settings.platform or "")
    for warning in warnings:
        note(f"container {spec.name}: {warning}")
    try:
        for attachment in (spec.settings.networks or ())[1:]:
            engine.connect(attachment, new_id)
    except ResourceError:
        engine.remove(new_id, volumes=True)
        raise
    return new_id


def take_over(engine: Engine, spec: ContainerSpec, old: Existing, new_id: str) -> None:
    """The new container gets the name; the old one is stopped and out of the way."""
    if old.status == "paused":
        engine.unpause(old.id)
    if _was_running(old):
        engine.stop(old.id, old.grace)
    engine.rename(old.id, spec.name + OLD)
    engine.rename(new_id, spec.name)
    names.disarm(engine, old.id)


def roll_back(engine: Engine, spec: ContainerSpec, old_id: str, new_id: str) -> None:
    """The old container back as it was, from whatever phase was reached.

    A new one that had the name already is kept as ``NAME.vigo-failed``, any other is removed.
    """
    new = engine.container(new_id)
    prior = json.loads(new.labels.get(label.PRIOR) or "{}") if new else {}
    if new is not None and new.name == spec.name:
        names.keep_failed(engine, spec.name, new)
    old = engine.container(old_id)
    if old is None:
        raise ResourceError(f"container {spec.name}: the former container {old_id[:12]} is gone")
    if old.name != spec.name:
        engine.rename(old.id, spec.name)
    policy = prior.get("restart", restart.NO)
    if old.settings.restart != policy and not engine.is_podman:
        engine.update(old.id, {"RestartPolicy": restart.payload(policy)})
    if prior.get("running") and not old.is_up:
        _start_patiently(engine, old.id)
    if new is not None and new.name == spec.name + NEW:
        engine.remove(new.id)


def _undone(
    engine: Engine, spec: ContainerSpec, old: Existing, new_id: str, error: ResourceError
) -> ResourceError:
    """The error of a replacement that failed, after the way back."""
    try:
        roll_back(engine, spec, old.id, new_id)
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


def _start_patiently(engine: Engine, container_id: str) -> None:
    deadline = time.monotonic() + _PORT_PATIENCE
    while True:
        try:
            return engine.start(container_id)
        except Refused as error:
            if "already in use" not in error.message or time.monotonic() > deadline:
                raise
        time.sleep(0.5)
