# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command in the containers of a stack on this machine, or in one that is named."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any, Callable, Mapping

from ..common.dataclass import dataclass, replace
from ..common.durations import seconds
from ..common.errors import ResourceError
from ..delivery.called_module import TERMINAL
from ..host import private_files
from ..host.background import Background
from ..host.caller_watch import leave_if_gone
from ..state.owners_file import OwnersFile
from ..state.state_folder import StateFolder
from ..types.base import Call
from ..types.container.descriptor import TYPE as CONTAINER
from ..types.container.engine import Engine
from ..types.container.execution import Command, Ran, execute, not_running, output_limit
from ..types.container.observed import Existing
from ..types.container.owners import Owners, refuse_name_conflicts
from ..types.result import Result, as_failed
from ..types.target import Target
from .described import Described, described
from .input import Resource
from .run import stack_of

_TIMEOUT = "60"
#: Seconds to wait for killed commands to end. Their output is not needed any more.
_LAST_WORDS = 2.0


def run_command(arguments: Mapping[str, Any], target: Target) -> list[Result]:
    """Run the command, and return a result for each container.

    arguments: as the module vigo.bridge.container_exec documents them. Raise ResourceError when
    nothing could be run at all.
    """
    command = _command(arguments)
    if arguments.get("container"):
        return [_in_one(str(arguments["container"]), command, arguments, target)]
    wanted = described(arguments, target)
    path = arguments.get("state_dir") or private_files.default_folder()
    # No lock is held, because no state changes and a command may run for long.
    record = OwnersFile.load(StateFolder(path, check_mode=True))
    call = Call(stack_of(arguments), record, frozenset(wanted.resources))
    place = _Place(wanted, Owners(call.stack, record, call.resources), target)
    found = [
        (resource, place.container(resource))
        for resource in map(wanted.resources.__getitem__, wanted.selected)
        if resource.type == CONTAINER.name
    ]
    if target.check_mode:
        return [_predicted(resource, each) for resource, each in found]
    if target.service(TERMINAL, lambda: False):
        return [_where(resource, each) for resource, each in found]
    command = replace(command, output=output_limit(len(found)))
    work = [_begun(resource, each, command, target) for resource, each in found]
    return [each() for each in work]


def _command(arguments: Mapping[str, Any]) -> Command:
    """Return the command of a call. Raise ResourceError."""
    words = tuple(str(word) for word in arguments.get("argv") or ())
    if not words:
        raise ResourceError("argv is empty", "add the program to run")
    given = str(arguments.get("stdin") or "").encode("utf-8", "surrogateescape")
    if arguments.get("stdin_base64"):
        try:
            given = base64.b64decode(str(arguments["stdin_base64"]), validate=True)
        except (binascii.Error, ValueError):
            raise ResourceError("stdin_base64 is not valid base64", "correct it") from None
    timeout = arguments.get("timeout")
    return Command(
        words,
        given,
        str(arguments.get("user") or ""),
        str(arguments.get("chdir") or ""),
        {str(name): str(value) for name, value in (arguments.get("env") or {}).items()},
        seconds(_TIMEOUT if timeout is None else timeout, "timeout"),
    )


@dataclass(frozen=True)
class _Found:
    """A container to run the command in, or the reason why there is none."""

    engine: Engine | None = None
    container: Existing | None = None
    error: ResourceError | OSError | None = None
    missing: str = ""


@dataclass(frozen=True)
class _Place:
    """Where the containers of a stack are found."""

    wanted: Described
    whose: Owners
    target: Target

    def container(self, resource: Resource) -> _Found:
        try:
            only = ("container", "docker_host")
            given = self.wanted.rendering.of(resource, only)()
            name = str(given.get("container") or "").strip()
            host = str(given.get("docker_host") or "").strip()
            engine = self.target.service(f"engine {host}", lambda: self._connected(host))
            container = engine.container(name)
            if container is None:
                return _Found(missing=f"container {name} does not exist on this host")
            other = self.whose.other_resource(container, resource.id)
            if other:
                return _Found(missing=f"container {name} belongs to {other} on this host")
            return _Found(engine, container)
        except (ResourceError, OSError) as error:
            return _Found(error=error)

    def _connected(self, host: str) -> Engine:
        engine = Engine(host, self.target.secrets.conceal)
        refuse_name_conflicts(engine, self.whose, engine.all_containers)
        return engine


def _predicted(resource: Resource, found: _Found) -> Result:
    result = Result(resource.id, resource.type, "ran")
    if found.error is not None:
        return as_failed(result, found.error)
    if found.missing:
        return Result(resource.id, resource.type, "skipped", found.missing)
    return result


def _where(resource: Resource, found: _Found) -> Result:
    """Return where a terminal for the command can be opened."""
    predicted = _predicted(resource, found)
    if found.engine is None or found.container is None:
        return predicted
    if not found.container.is_up:
        return as_failed(predicted, not_running(found.container))
    place = {"container": found.container.id, "engine": found.engine.host}
    return replace(predicted, output=json.dumps(place))


def _begun(
    resource: Resource, found: _Found, command: Command, target: Target
) -> Callable[[], Result]:
    engine, container = found.engine, found.container
    if engine is None or container is None:
        return lambda: _predicted(resource, found)
    work = Background(lambda: _ran(resource.id, resource.type, engine, container, command, target))

    def result() -> Result:
        while not work.has_ended:
            try:
                leave_if_gone()
            except SystemExit:
                work.wait_at_most(_LAST_WORDS)  # It kills its command, if it can.
                raise
            work.wait_at_most(0.5)
        return work.result()

    return result


def _ran(
    identity: str,
    kind: str,
    engine: Engine,
    container: Existing,
    command: Command,
    target: Target,
) -> Result:
    began = time.monotonic()
    try:
        ran = execute(engine, container, command, target.secrets)
    except (ResourceError, OSError) as error:
        return as_failed(Result(identity, kind, "failed"), error)
    return _result(identity, kind, container, ran, time.monotonic() - began)


def _result(identity: str, kind: str, container: Existing, ran: Ran, duration: float) -> Result:
    reason = ran.problem or f"container {container.name}"
    return Result(
        identity,
        kind,
        "failed" if ran.problem else "ran",
        reason,
        error={"message": ran.problem, "log": ""} if ran.problem else None,
        rc=ran.rc,
        output=ran.stdout,
        stderr=ran.stderr,
        duration_s=duration,
    )


def _in_one(name: str, command: Command, arguments: Mapping[str, Any], target: Target) -> Result:
    """Run a command in the container with this name, of any stack."""
    engine = Engine(str(arguments.get("docker_host") or ""), target.secrets.conceal)
    container = engine.container(name)
    if container is None:
        raise ResourceError(f"container {name} does not exist", "correct the name, or create it")
    if target.check_mode:
        return Result(name, CONTAINER.name, "ran")
    return _ran(name, CONTAINER.name, engine, container, command, target)
