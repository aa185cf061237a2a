# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until a started container is settled or, if that is expected, has exited.

Settled: healthy where there is a healthcheck, else up for ``settle_time``. A container that exits,
or is restarted by its policy, fails immediately. The engine's events trigger a check, and a
check every two seconds is the fallback.
"""

from __future__ import annotations

import contextlib
import time
from typing import Callable

from ...common.dataclass import dataclass, replace
from ...common.errors import ResourceError
from ...engine.events import ContainerExit
from .engine import Engine
from .observed import Existing
from .settings import Settings
from .spec import ContainerSpec

#: Seconds between two checks without an event.
_SAFETY_NET = 2.0
#: Seconds until the first healthcheck that we run ourselves, unless its interval is shorter.
_FIRST_CHECK = 1.0
_DEFAULT_HEALTH_INTERVAL = 30.0
#: Advice for exit codes with a standard meaning.
_ADVICE: dict[int | None, str] = {
    0: "if it is expected to exit, set expect: exited",
    126: "its command cannot be executed: correct it",
    127: "its command is not in the image: correct it",
}


@dataclass(frozen=True)
class Verdict:
    """settled: whether waiting is over. failure: the reason why it failed; may be empty.

    until: the number of seconds after the start at which time alone decides. rc: its exit code.
    unhealthy: whether its healthcheck fails.
    """

    settled: bool = False
    failure: str = ""
    until: float = 0.0
    rc: int | None = None
    unhealthy: bool = False


SETTLED = Verdict(settled=True)


class Settling:
    """A container that is being started; its events are read from before the start.

    wait: until it is settled; raises ResourceError with exit code and the last log lines.
    close: gives up waiting, if need be.
    """

    def __init__(
        self,
        engine: Engine,
        spec: ContainerSpec,
        container_id: str,
        bring_up: Callable[[], None],
        fresh: bool = False,
    ) -> None:
        """Watch a container settle. fresh: it was just created, so that any restart so far is
        one too many.
        """
        self._engine = engine
        self._spec = spec
        self._id = container_id
        self._fresh = fresh
        self._listens = True
        engine.events.listen()
        try:
            bring_up()
        except BaseException:
            self.close()
            raise
        self._started = time.monotonic()

    def wait(self) -> Existing:
        try:
            return _wait(self._engine, self._spec, self._id, self._fresh, self._started)
        finally:
            self.close()

    def close(self) -> None:
        if self._listens:
            self._listens = False
            self._engine.events.leave()


def settle(engine: Engine, spec: ContainerSpec, container_id: str) -> Existing:
    """Wait until a container that was started settles, and return it."""
    return Settling(engine, spec, container_id, lambda: None).wait()


def await_health(engine: Engine, container: Existing, like: ContainerSpec) -> None:
    """Wait for a running container that has no spec here. like: the spec whose timeouts it gets."""
    if container.lacks_health:
        spec = ContainerSpec(container.name, Settings(), health_timeout=like.health_timeout)
        settle(engine, spec, container.id)


def _wait(
    engine: Engine, spec: ContainerSpec, container_id: str, fresh: bool, started: float
) -> Existing:
    began: Existing | None = None
    checks = Healthchecks(engine, container_id)
    while True:
        # Measured before inspecting: a busy engine may respond late.
        elapsed = time.monotonic() - started
        now = engine.container(container_id)
        if now is None:
            raise ResourceError(
                f"container {spec.name} was removed by something else while starting (another tool,"
                " a user, or --rm); find out why, and run again"
            )
        began = began or (replace(now, restart_count=0) if fresh else now)
        verdict = judge(spec, began, now, elapsed, engine.events.last_exit(container_id))
        if verdict.settled:
            return now
        if verdict.failure:
            raise ResourceError(
                f"container {spec.name} {verdict.failure}",
                log=_log(engine, now, verdict),
                rc=verdict.rc,
            )
        patience = min(_SAFETY_NET, max(0.0, verdict.until - elapsed))
        if engine.is_podman and now.health:
            patience = checks.run_if_due(now, elapsed, verdict.until, patience)
        engine.events.wait(container_id, patience)


def _log(engine: Engine, container: Existing, verdict: Verdict) -> str:
    """Return the log of a failure: the container's log, and the healthcheck's output."""
    log = engine.log_tail(container.id)
    check = container.last_check
    if not verdict.unhealthy or check is None:
        return log
    code = "" if check.exit_code is None else f", exit code {check.exit_code}"
    return f"last healthcheck{code}:\n{check.output or '(no output)'}\ncontainer log:\n{log}"


class Healthchecks:
    """Runs them at their interval, because Podman without systemd does not."""

    def __init__(self, engine: Engine, container_id: str) -> None:
        self._engine = engine
        self._id = container_id
        self._due: float | None = None

    def run_if_due(self, now: Existing, elapsed: float, until: float, patience: float) -> float:
        """Run the healthcheck if it is due, and return the seconds until the next look, at most
        ``patience``.
        """
        settings = now.settings.healthcheck
        nanoseconds = settings.interval if settings else 0
        interval = nanoseconds / 1e9 if nanoseconds else _DEFAULT_HEALTH_INTERVAL
        if self._due is None:
            self._due = min(interval, _FIRST_CHECK)
        if elapsed < self._due:
            return min(patience, self._due - elapsed)
        self._due = elapsed + interval
        # One that fails, or does not end in time, leaves the container as unhealthy as it is.
        with contextlib.suppress(ResourceError):
            self._engine.run_healthcheck(self._id, max(1.0, until - elapsed))
        return 0.0


def judge(
    spec: ContainerSpec,
    began: Existing,
    now: Existing,
    elapsed: float,
    last_exit: ContainerExit | None = None,
) -> Verdict:
    """Return the verdict on a container after so many seconds. Pure.

    The state comes before the health: a container that has exited stays ``starting``.
    last_exit: if the engine reported one.
    """
    if spec.expect == "exited":
        return _judge_one_shot(spec, now, elapsed, last_exit)
    if now.restart_count > began.restart_count or now.status == "restarting":
        return _ended(now, last_exit, " and was restarted by its policy")
    if now.started_at != began.started_at:
        return Verdict(failure="was restarted by something else while starting; run again")
    if now.status == "paused":
        return Verdict(failure="was paused by something else while starting; run again")
    if not now.is_up:
        return _ended(now, last_exit, " after its start")
    if now.health:
        if now.health == "healthy":
            return SETTLED
        limit = spec.health_timeout
        if elapsed >= limit:
            detail = now.last_check or "its healthcheck has not run yet"
            return Verdict(
                failure=f"did not become healthy within {limit:g} s, its status is {now.health};"
                f" {detail}. Correct the container or its healthcheck, or increase"
                " health_timeout",
                unhealthy=True,
            )
        return Verdict(until=limit)
    return SETTLED if elapsed >= spec.settle_time else Verdict(until=spec.settle_time)


def _judge_one_shot(
    spec: ContainerSpec, now: Existing, elapsed: float, last_exit: ContainerExit | None
) -> Verdict:
    if now.status == "exited":
        if now.exit_code == 0:
            return SETTLED
        return _ended(now, last_exit, "; expected 0")
    if now.status in ("dead", "removing"):
        return Verdict(failure=f"is {now.status}; expected exit code 0; see the engine's log")
    limit = spec.health_timeout
    if elapsed >= limit:
        return Verdict(failure=f"did not exit within {limit:g} s; increase health_timeout")
    return Verdict(until=limit)


def _ended(now: Existing, last_exit: ContainerExit | None, circumstance: str) -> Verdict:
    """Return the verdict on one that ended.

    One that runs again no longer has its exit code: the event reports it.
    """
    code: int | None = now.exit_code
    if now.is_up:
        code = last_exit.exit_code if last_exit else None
    killed = ""
    if now.out_of_memory or (last_exit and last_exit.out_of_memory):
        killed = " (killed: out of memory)"
    elif code == 137:
        killed = " (killed, perhaps out of memory)"
    with_code = "" if code is None else f" with exit code {code}"
    advice = "give it more memory" if killed else _ADVICE.get(code, "see its log")
    return Verdict(failure=f"ended{with_code}{killed}{circumstance}; {advice}", rc=code)
