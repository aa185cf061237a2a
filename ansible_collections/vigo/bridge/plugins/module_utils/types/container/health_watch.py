# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that the containers of a run stay healthy for some time after its end.

A container counts from the moment at which it is settled, see ``settle``.
"""

from __future__ import annotations

import contextlib
import time
from typing import Iterator, Mapping, Sequence

from ...common.dataclass import dataclass, replace
from ...common.errors import ResourceError
from ...host.caller_watch import leave_if_gone
from ..result import Result, as_failed
from ..target import Target
from .engine import Engine
from .named import Named
from .observed import Existing
from .settle import Healthchecks, judge
from .spec import ContainerSpec

#: Seconds between two checks of a container.
_INTERVAL = 1.0


def unhealthy(
    named: Named, results: Sequence[Result], seconds: float, target: Target
) -> list[Result]:
    """Return the failed results of containers that do not stay healthy for this time.

    results: of all resources; if one has failed, nothing is watched. Returns as soon as one
    container fails.
    """
    if seconds <= 0 or target.check_mode or any(result.failed for result in results):
        return []
    known = {result.id: result for result in results if result.action != "skipped"}
    now = time.monotonic()
    watched = [
        _Watched(engine, spec, known[resource], now)
        for resource, (engine, spec) in named.serving.items()
        if resource in known
    ]
    with _listening({each.engine.host: each.engine for each in watched}):
        return _failed(watched, seconds)


@contextlib.contextmanager
def _listening(engines: Mapping[str, Engine]) -> Iterator[None]:
    """Listen to events, which report the exit code of a restarted container."""
    with contextlib.ExitStack() as left:
        for engine in engines.values():
            engine.events.listen()
            left.callback(engine.events.leave)
        yield


def _failed(watched: Sequence[_Watched], seconds: float) -> list[Result]:
    failed: list[Result] = []
    pending = list(watched)
    while pending and not failed:
        leave_if_gone()
        rest = []
        for each in pending:
            try:
                if each.look() < seconds:
                    rest.append(each)
            except (ResourceError, OSError) as error:
                failed.append(as_failed(each.result, error))
        pending = rest
        if pending and not failed:
            time.sleep(_INTERVAL)
    return failed


@dataclass
class _Watched:
    """One container. began: its state at the first check. healthy_since: None while it is not
    settled.
    """

    engine: Engine
    spec: ContainerSpec
    result: Result
    started: float
    began: Existing | None = None
    healthy_since: float | None = None
    checks: Healthchecks | None = None

    def look(self) -> float:
        """Return for how many seconds it has been healthy. Raise ResourceError if it no longer
        is.
        """
        now = self.engine.container(self.spec.name)
        if now is None or (self.began is not None and now.id != self.began.id):
            raise self._problem("was removed by something else", None)
        self.began = self.began or now
        if now.status == "paused":
            raise self._problem("was paused by something else", now)
        if (
            now.started_at != self.began.started_at
            and now.restart_count == self.began.restart_count
        ):
            raise self._problem("was restarted by something else", now)
        elapsed = time.monotonic() - self.started
        last_exit = self.engine.events.last_exit(now.id)
        verdict = judge(replace(self.spec, settle_time=0.0), self.began, now, elapsed, last_exit)
        if verdict.failure:
            raise self._problem(verdict.failure, now, verdict.rc)
        if self.engine.is_podman and now.health:
            self.checks = self.checks or Healthchecks(self.engine, now.id)
            self.checks.run_if_due(now, elapsed, elapsed + self.spec.health_timeout, _INTERVAL)
        if verdict.settled:
            self.healthy_since = elapsed if self.healthy_since is None else self.healthy_since
            return elapsed - self.healthy_since
        if self.healthy_since is not None:
            said = f": {now.last_check}" if now.last_check else ""
            raise self._problem(f"became {now.health}{said}", now)
        return -1.0

    def _problem(self, what: str, now: Existing | None, rc: int | None = None) -> ResourceError:
        passed = time.monotonic() - self.started - (self.healthy_since or 0.0)
        when = f"after {passed:.0f} s, " if self.healthy_since is not None else ""
        return ResourceError(
            f"container {self.spec.name} did not stay healthy: {when}it {what}",
            log=self.engine.log_tail(now.id) if now else "",
            rc=rc,
        )
