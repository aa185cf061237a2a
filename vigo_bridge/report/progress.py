# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a rollout is, in lines with the time: for logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import click

from vigo_bridge.report.terminal import changes, clean, listed
from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus

#: Of a batch with more hosts, only those that went wrong have a line of their own.
MANY_HOSTS = 20
WRONG = (EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE)


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
            self._say(f"{host} {outcome(envoy)}")
        elif self._done % max(1, self._hosts // 10) == 0:
            self._say(f"{self._done} of {self._hosts} hosts done")

    def say(self, text: str) -> None:
        self._say(clean(text))


def outcome(envoy: EnvoyResult) -> str:
    """What became of a host, in few words."""
    if envoy.status in WRONG:
        first, *_ = (_failure(envoy) or envoy.message or "").splitlines() or [""]
        return clean(f"{envoy.status.value}: {first}" if first else envoy.status.value)
    changed = changes(envoy)
    if changed and envoy.status is EnvoyStatus.CHANGED:
        return f"changed: {changed} of {len(envoy.resources)} resources"
    return envoy.status.value


def _failure(envoy: EnvoyResult) -> str:
    failed: list[Mapping[str, object]] = [item for item in envoy.resources if item.get("error")]
    return f"{failed[0]['id']}: {failed[0]['reason']}" if failed else ""


def _with_time(text: str) -> None:
    click.echo(f"{datetime.now():%H:%M:%S} {text}", err=True)
