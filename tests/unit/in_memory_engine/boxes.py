# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers as a state machine: started, stopped, ended by their program, healthy or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.unit.in_memory_engine.clock import Clock

_HEALTH_INTERVAL = 30.0
_HEALTH_RETRIES = 3
#: Seconds until a container's first restart by its policy; doubled each time.
_RESTART_DELAY = 0.1
_FOREVER = re.compile(r"while |sleep infinity|wait")
#: What images have.
PROGRAMS = frozenset({"sh", "/bin/sh", "sleep", "true", "false", "redis-server", "serve"})
_ENTRYPOINT = "docker-entrypoint.sh"


@dataclass(frozen=True)
class Program:
    """What a container does. ends_after: seconds; None: runs. on_term: its exit code on SIGTERM;
    None: it ignores that, and is killed."""

    ends_after: float | None = None
    exit_code: int = 0
    on_term: int | None = 0
    output: str = ""


def program(words: Sequence[str]) -> Program:
    """Return the program of a command line: ``sh -c`` with sleep, echo, exit, trap; true, false,
    sleep; a server.
    """
    name, *rest = [word for word in words if word and word != _ENTRYPOINT]
    if name in ("true", "false"):
        return Program(0.0, int(name == "false"))
    if name == "sleep":
        return Program(None if rest == ["infinity"] else float(rest[0]), on_term=None)
    if name not in ("sh", "/bin/sh"):
        return Program()
    script = rest[-1]
    trap = re.search(r"trap 'exit (\d+)' TERM", script)
    on_term = int(trap.group(1)) if trap else None
    elapsed, output = 0.0, ""
    for part in re.sub(r"trap '[^']*' TERM;?", "", script).split(";"):
        word, _space, argument = part.strip().partition(" ")
        if _FOREVER.match(part.strip()):
            return Program(None, 0, on_term, output)
        if word == "sleep":
            elapsed += float(argument)
        elif word == "echo":
            output += argument.replace(" >&2", "") + "\n"
        elif word == "exit":
            return Program(elapsed, int(argument), on_term, output)
        elif word == "redis-server":
            return Program(output=output)
    return Program(elapsed, 0, on_term, output)


@dataclass
class Box:
    """One container. payload: what inspect shows of it beside its state and networks.

    anonymous: the volumes that go with it. runs: how often it was started. is_stopping: whether
    somebody asked for its end.
    """

    id: str
    name: str
    payload: dict[str, Any]
    networks: dict[str, dict[str, Any]]
    anonymous: set[str] = field(default_factory=set)
    platform: str = "linux"
    status: str = "created"
    exit_code: int = 0
    error: str = ""
    restart_count: int = 0
    runs: int = 0
    is_stopping: bool = False
    health: str = ""
    checks: list[dict[str, Any]] = field(default_factory=list)
    log: str = ""

    @property
    def host(self) -> dict[str, Any]:
        found: dict[str, Any] = self.payload["HostConfig"]
        return found

    @property
    def words(self) -> list[str]:
        config = self.payload["Config"]
        return [*(config["Entrypoint"] or []), *(config["Cmd"] or [])]

    @property
    def is_up(self) -> bool:
        return self.status in ("running", "paused")

    @property
    def has_process(self) -> bool:
        """Whether it holds its ports and its name in the DNS."""
        return self.is_up or self.status == "restarting"

    @property
    def policy(self) -> str:
        return str((self.host.get("RestartPolicy") or {}).get("Name") or "no")

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = {
            "Status": self.status,
            "Running": self.has_process,
            "Paused": self.status == "paused",
            "Restarting": self.status == "restarting",
            "OOMKilled": False,
            "Dead": False,
            "ExitCode": 0 if self.is_up else self.exit_code,
            "Error": self.error,
            "StartedAt": f"run {self.runs}" if self.runs else "0001-01-01T00:00:00Z",
        }
        if self.health:
            state["Health"] = {"Status": self.health, "Log": list(self.checks)}
        return state


#: Gets each event: the box, the action, its attributes.
Emit = Callable[..., None]


class Life:
    """Starts and ends boxes, and whatever their programs do meanwhile."""

    def __init__(self, clock: Clock, emit: Emit, podman: bool, gone: Callable[[Box], None]) -> None:
        """Prepare the life of boxes. gone: removes a box that was created with --rm."""
        self._clock, self._emit, self._podman, self._gone = clock, emit, podman, gone

    def start(self, box: Box) -> None:
        box.status, box.error = "running", ""
        box.is_stopping = False
        box.runs += 1
        run = box.runs
        does = program(box.words)
        box.log += does.output
        if self._check(box):
            box.health, box.checks = "starting", []
            if not self._podman:
                self._clock.later(self._interval(box), self._probe, box, run, 0)
        self._emit(box, "start")
        if does.ends_after is not None:
            self._clock.later(does.ends_after, self._end_by_itself, box, run, does.exit_code)

    def stop(self, box: Box, grace: float) -> None:
        """Stop a container, and return when it has ended."""
        if not box.has_process:
            return
        on_term = program(box.words).on_term
        if box.status == "restarting":
            self._end(box, box.exit_code)
            return
        box.is_stopping = True
        until = self._clock.monotonic() + grace
        while on_term is None and box.is_up and self._clock.monotonic() < until:
            self._clock.step(until - self._clock.monotonic())
        if box.is_up:
            self._end(box, 137 if on_term is None else on_term)

    def kill(self, box: Box) -> None:
        self._end(box, 137)

    def probe(self, box: Box) -> None:
        """Run its healthcheck now."""
        self._probe(box, box.runs, 0, again=False)

    def _end(self, box: Box, code: int) -> None:
        box.status, box.exit_code = "exited", code
        if box.health:
            box.health = "unhealthy"
        self._emit(box, "die", exitCode=str(code))
        if box.host.get("AutoRemove"):
            self._gone(box)

    def _end_by_itself(self, box: Box, run: int, code: int) -> None:
        if box.runs != run or not box.is_up:
            return
        self._end(box, code)
        restarts = box.policy in ("always", "unless-stopped") or (
            box.policy == "on-failure" and code != 0
        )
        limit = (box.host.get("RestartPolicy") or {}).get("MaximumRetryCount") or 0
        if restarts and not box.is_stopping and not (limit and box.restart_count >= limit):
            box.status = "restarting"
            self._clock.later(_RESTART_DELAY * 2**box.restart_count, self._restart, box, run)

    def _restart(self, box: Box, run: int) -> None:
        if box.runs == run and box.status == "restarting":
            box.restart_count += 1
            self.start(box)

    def _check(self, box: Box) -> list[str]:
        test: list[str] = (box.payload["Config"].get("Healthcheck") or {}).get("Test") or []
        return test if test and test[0] != "NONE" else []

    def _interval(self, box: Box) -> float:
        nanoseconds = box.payload["Config"]["Healthcheck"].get("Interval") or 0
        return float(nanoseconds / 1e9 or _HEALTH_INTERVAL)

    def _probe(self, box: Box, run: int, failures: int, again: bool = True) -> None:
        if box.runs != run or not box.is_up:
            return
        code = program(["sh", "-c", self._check(box)[-1]]).exit_code
        if self._check(box)[-1].split()[0] in ("true", "false"):
            code = int(self._check(box)[-1].split()[0] == "false")
        box.checks.append({"ExitCode": code, "Output": ""})
        failures = failures + 1 if code else 0
        retries = box.payload["Config"]["Healthcheck"].get("Retries") or _HEALTH_RETRIES
        before = box.health
        if not code:
            box.health = "healthy"
        elif failures >= retries:
            box.health = "unhealthy"
        if box.health != before:
            self._emit(box, f"health_status: {box.health}")
        if again:
            self._clock.later(self._interval(box), self._probe, box, run, failures)
