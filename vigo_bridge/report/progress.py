# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the progress of a rollout as lines with the time, for logs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean, hanging, one_line
from vigo_bridge.report.printing import echo
from vigo_bridge.report.terminal import changed_of, listed
from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus
from vigo_bridge.wording import counted

#: In a batch with more hosts, only failed hosts have a line of their own.
MANY_HOSTS = 20
WRONG = (EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE)


class Silence:
    """A `run.watcher.Watcher` that shows nothing but messages."""

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        self._say = say or _with_time

    def batch(self, batch: Batch) -> None:
        """Show nothing."""

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        """Show nothing."""

    def say(self, text: str) -> None:
        self._say(hanging(text, 2))

    def asking(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Lines:
    """A `run.watcher.Watcher` that prints."""

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        self._say = say or _with_time
        self._hosts = 0
        self._done = 0

    def batch(self, batch: Batch) -> None:
        self._hosts, self._done = len(batch.hosts), 0
        if batch.count > 1:
            self._say(f"batch {batch.number} of {batch.count}: {listed(batch.hosts)}")

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        if envoy is None:
            return
        self._done += 1
        if self._hosts <= MANY_HOSTS or envoy.status in WRONG:
            self._say(f"{one_line(host)} {outcome(envoy)}")
        elif self._done % max(1, self._hosts // 10) == 0:
            self._say(f"{self._done} of {counted(self._hosts, 'host')} done")

    def say(self, text: str) -> None:
        self._say(hanging(text, 2))

    def asking(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


def outcome(envoy: EnvoyResult) -> str:
    """Return a short text for the outcome of a host."""
    if envoy.status in WRONG:
        first, *_ = clean(_failure(envoy) or envoy.message).split("\n")
        return f"{envoy.status.value}: {first}" if first else envoy.status.value
    if envoy.changes and envoy.status is EnvoyStatus.CHANGED:
        return f"changed: {changed_of(envoy)}"
    return envoy.status.value


def _failure(envoy: EnvoyResult) -> str:
    failed = envoy.failures
    return f"{one_line(failed[0].id)}: {failed[0].reason}" if failed else ""


def _with_time(text: str) -> None:
    echo(f"{datetime.now():%H:%M:%S} {text}", err=True)
