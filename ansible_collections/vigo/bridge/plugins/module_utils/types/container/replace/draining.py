# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``pre_stop`` and waits for ``drain_time`` before an old container is stopped."""

from __future__ import annotations

import time
from typing import Callable

from ....common.errors import Blocked, ResourceError
from ....host import process
from ....secrets.references import Secrets
from ..engine import Engine
from ..spec import ContainerSpec

#: Seconds between two checks of the new container.
_INTERVAL = 1.0
_WHERE = {"container": "in the old container", "host": "on the host"}


def drain(
    engine: Engine,
    spec: ContainerSpec,
    old_id: str,
    note: Callable[[str], object],
    watch: Callable[[], object] = lambda: None,
) -> None:
    """Let the old container finish its requests. Raise ResourceError.

    Does nothing if it no longer runs. watch: raises ResourceError if it must not be
    stopped; called until the end, and then once more.
    """
    if spec.pre_stop or spec.drain_time:
        old = engine.container(old_id)
        if old is not None and old.is_up:
            if spec.pre_stop:
                _run_pre_stop(engine, spec, old_id, note)
            wait(spec.drain_time, watch)
    watch()


def wait(seconds: float, watch: Callable[[], object] = lambda: None) -> None:
    """Wait for this many seconds, and call ``watch`` repeatedly."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        watch()
        time.sleep(min(_INTERVAL, left))


def _run_pre_stop(
    engine: Engine, spec: ContainerSpec, old_id: str, note: Callable[[str], object]
) -> None:
    where = _WHERE[spec.pre_stop_on]
    try:
        failure, log = _failure(engine, spec, old_id)
    except Blocked:
        raise
    except ResourceError as error:
        failure, log = f"could not run {where}: {error.message}", error.log
    if not failure:
        return
    message = f"container {spec.name}: pre_stop {failure}"
    if spec.pre_stop_failure == "error":
        advice = "correct the command, or set pre_stop_failure: warning"
        raise ResourceError(message, advice, log=log)
    note(f"{message}; the update continues")


def _failure(engine: Engine, spec: ContainerSpec, old_id: str) -> tuple[str, str]:
    """Run it, and return the reason of its failure (empty if it succeeded) and its output."""
    code: int | None
    log = ""
    if spec.pre_stop_on == "host":
        done = process.run(spec.pre_stop, timeout=spec.pre_stop_timeout, secrets=Secrets({}))
        code, log = None if done.timed_out else done.rc, done.output
    else:
        code = engine.run_inside(old_id, spec.pre_stop, spec.pre_stop_timeout)
    where = _WHERE[spec.pre_stop_on]
    if code is None:
        return f"did not end {where} within {spec.pre_stop_timeout:g} s", log
    return (f"failed {where} with exit code {code}", log) if code else ("", log)
