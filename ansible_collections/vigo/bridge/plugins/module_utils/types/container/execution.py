# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command in a container."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any, Mapping

from ...common.dataclass import dataclass, field
from ...common.errors import ResourceError
from ...engine.connection import Refused
from ...engine.frames import STDERR
from ...host.caller_watch import leave_if_gone
from ...host.process_output import Tail
from ...secrets.references import Secrets
from .engine import Engine
from .observed import Existing

#: How many bytes of the end of each stream are returned. All containers of a call share the first.
_MOST_OUTPUT, _LEAST_OUTPUT = 8 * 1024 * 1024, 64 * 1024
#: Seconds for which to wait for the exit code after the end of the output.
_EXIT_TIMEOUT = 10.0
#: Exit codes with which the engine reports that the command cannot be started.
_NOT_STARTED = {126: "the command cannot be started", 127: "the command was not found"}


@dataclass(frozen=True)
class Command:
    """words: the program and its arguments. timeout: in seconds; 0 means without a limit.

    output: how much of each stream is returned, in bytes.
    """

    words: tuple[str, ...]
    given: bytes = b""
    user: str = ""
    folder: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60.0
    output: int = _MOST_OUTPUT


@dataclass(frozen=True)
class Ran:
    """The outcome of a command. rc: None if unknown. problem: empty if it succeeded."""

    rc: int | None
    stdout: str
    stderr: str
    problem: str = ""


def execute(engine: Engine, container: Existing, command: Command, secrets: Secrets) -> Ran:
    """Run a command, and return how it ended. Raise ResourceError if it cannot be started."""
    if not container.is_up:
        raise not_running(container)
    number = engine.make_command(container.id, _body(command, secrets))
    tails = {is_error: Tail(secrets, command.output) for is_error in (False, True)}
    deadline = time.monotonic() + command.timeout if command.timeout else None
    problem = ""
    output = engine.start_command(number, command.given)
    try:
        with contextlib.closing(output):
            for stream, chunk in output:
                tails[stream == STDERR].add(chunk)
                leave_if_gone()
                if deadline is not None and time.monotonic() >= deadline:
                    problem = f"the command did not end within {command.timeout:g} s"
                    break
    except BaseException:
        _kill(engine, number, container)
        raise
    if problem:
        killed = _kill(engine, number, container)
        problem += " and was killed" if killed else "; it may still be running in the container"
        return Ran(
            None, tails[False].text(), tails[True].text(), f"{problem}; increase the timeout"
        )
    rc = _exit_code(engine, number)
    problem = "" if rc == 0 else _end(engine, container) or _problem(rc)
    return Ran(rc, tails[False].text(), tails[True].text(), problem)


def output_limit(containers: int) -> int:
    """Return how much of each stream is returned if a command runs in so many containers."""
    return max(_LEAST_OUTPUT, _MOST_OUTPUT // max(1, containers))


def not_running(container: Existing) -> ResourceError:
    """Return the error of a command in a container that does not run."""
    state = "paused" if container.status == "paused" else f"not running ({container.status})"
    return ResourceError(f"container {container.name} is {state}", "start it first")


def _body(command: Command, secrets: Secrets) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Cmd": [secrets.reveal(word) for word in command.words],
        "AttachStdin": bool(command.given),
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
    }
    if command.user:
        body["User"] = command.user
    if command.folder:
        body["WorkingDir"] = command.folder
    if command.env:
        body["Env"] = [f"{name}={secrets.reveal(text)}" for name, text in command.env.items()]
    return body


def _end(engine: Engine, container: Existing) -> str:
    """Return how the container has ended since, and its commands with it; empty if it has not."""
    found = engine.container(container.id)
    if found is None:
        how = "removed"
    elif not found.is_up:
        how = f"stopped ({found.status})"
    elif found.started_at != container.started_at:
        how = "restarted"
    else:
        return ""
    return f"container {container.name} was {how} while the command was running"


def _problem(rc: int | None) -> str:
    if rc is None:
        return "the engine does not report the exit code of the command"
    if rc in _NOT_STARTED:
        return f"exit code {rc}: {_NOT_STARTED[rc]}"
    return f"the command failed with exit code {rc}"


def _exit_code(engine: Engine, number: str) -> int | None:
    """Return the exit code, which an engine may know a moment after the end of the output.

    Return None if it does not know it, also because the container was removed.
    """
    deadline = time.monotonic() + _EXIT_TIMEOUT
    while True:
        try:
            found = engine.command(number)
        except Refused as error:
            if error.code == 404:
                return None
            raise
        if not found.get("Running") and found.get("ExitCode") is not None:
            return int(found["ExitCode"])
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.05)


def _kill(engine: Engine, number: str, container: Existing) -> bool:
    """Kill a command, and return whether that was possible.

    Engines have no call for that. Its process can be killed if it is one of this machine, where its
    control group names the container.
    """
    with contextlib.suppress(ResourceError, OSError, ValueError):
        found = engine.command(number)
        pid = int(found.get("Pid") or 0)
        if not found.get("Running"):
            return True
        with open(f"/proc/{pid}/cgroup", encoding="utf-8", errors="replace") as groups:
            is_it = container.id in groups.read()
        if pid > 1 and is_it:
            os.kill(pid, signal.SIGKILL)
            return True
    return False
