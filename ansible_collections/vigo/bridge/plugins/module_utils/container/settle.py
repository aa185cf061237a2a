# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until a started container is settled, or has ended where that is expected.

Settled: healthy where there is a healthcheck, else up for ``settle_time``. Dying, or being
restarted by its policy, fails at once. The container is looked at ten times a second: inspect is
the truth on every engine, a subscription to events is not.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from ..errors import ResourceError
from .engine import Engine
from .observed import Existing
from .spec import ContainerSpec

_INTERVAL = 0.1
_PODMAN_HEALTH_INTERVAL = 1.0


@dataclass(frozen=True)
class Verdict:
    """settled: nothing more to wait for. failure: why it is in vain; empty while it is not."""

    settled: bool = False
    failure: str = ""


WAITING = Verdict()
SETTLED = Verdict(settled=True)


def settle(engine: Engine, spec: ContainerSpec, container_id: str, fresh: bool = False) -> Existing:
    """Waits. Raises ResourceError with exit code and the last log lines.

    fresh: it was just created, so that any restart so far is one too many.
    """
    began: Existing | None = None
    started = asked = time.monotonic()
    while True:
        elapsed = time.monotonic() - started  # Before the look: a busy engine may answer late.
        now = engine.container(container_id)
        if now is None:
            raise ResourceError(f"container {spec.name} was removed while it was waited for")
        began = began or (replace(now, restart_count=0) if fresh else now)
        verdict = judge(spec, began, now, elapsed)
        if verdict.settled:
            return now
        if verdict.failure:
            raise ResourceError(
                f"container {spec.name} {verdict.failure}",
                log=engine.log_tail(container_id),
                rc=now.exit_code if not now.is_up else None,
            )
        if engine.is_podman and now.health and time.monotonic() - asked > _PODMAN_HEALTH_INTERVAL:
            engine.run_healthcheck(container_id)
            asked = time.monotonic()
        time.sleep(_INTERVAL)


def judge(spec: ContainerSpec, began: Existing, now: Existing, elapsed: float) -> Verdict:
    """What to make of a container after so many seconds. Pure.

    The state comes before the health: a container that has exited stays ``starting``.
    """
    if spec.expect == "exited":
        return _judge_one_shot(spec, now, elapsed)
    if now.restart_count > began.restart_count or now.status == "restarting":
        return Verdict(failure=f"ended with {now.exit_code} and was restarted by its policy")
    if now.started_at != began.started_at:
        return Verdict(failure="was restarted by somebody while it was waited for")
    if not now.is_up:
        killed = " (killed, perhaps out of memory)" if now.exit_code == 137 else ""
        return Verdict(failure=f"ended with exit code {now.exit_code}{killed} after its start")
    if now.health:
        if now.health == "healthy":
            return SETTLED
        limit = spec.health_timeout
        if elapsed >= limit:
            return Verdict(failure=f"is {now.health}, not healthy, {limit:g} s after its start")
        return WAITING
    return SETTLED if elapsed >= spec.settle_time else WAITING


def _judge_one_shot(spec: ContainerSpec, now: Existing, elapsed: float) -> Verdict:
    if now.status == "exited":
        if now.exit_code == 0:
            return SETTLED
        return Verdict(failure=f"ended with exit code {now.exit_code}; 0 was expected")
    return WAITING
