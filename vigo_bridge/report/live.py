# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of a rollout on a terminal: lines as in a log, and a progress bar below them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.report.progress import WRONG, Lines, Silence
from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult
from vigo_bridge.run.watcher import Watcher

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_RUNNING_SHOWN = 3


class _Live:
    """A `run.watcher.Watcher` that moves a bar."""

    def __init__(self, progress: Progress, hosts: int, names_hosts: bool) -> None:
        self._progress = progress
        self._lines: Watcher = Lines(self._print) if names_hosts else Silence(self._print)
        self._running: dict[str, None] = {}
        self._wrong = 0
        self._bar: TaskID = progress.add_task("", total=hosts, news="")

    def batch(self, batch: Batch) -> None:
        self._running.clear()
        self._lines.batch(batch)
        if batch.count > 1:
            self._progress.update(self._bar, description=f"batch {batch.number} of {batch.count}")

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        self._lines.host(host, envoy)
        if envoy is None:
            self._running[host] = None
        else:
            self._running.pop(host, None)
            self._wrong += envoy.status in WRONG
            self._progress.advance(self._bar)
        self._progress.update(self._bar, news=self._news())

    def say(self, text: str) -> None:
        self._lines.say(text)

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def _news(self) -> str:
        shown, others = (
            [one_line(host) for host in self._running][:_RUNNING_SHOWN],
            len(self._running) - _RUNNING_SHOWN,
        )
        running = ", ".join(shown) + (f" and {others} more" if others > 0 else "")
        return "  ".join(filter(None, [f"{self._wrong} failed" if self._wrong else "", running]))

    def _print(self, text: str) -> None:
        line = Text(f"{datetime.now():%H:%M:%S} {text}")
        self._progress.console.print(line, soft_wrap=True, highlight=False)


@contextlib.contextmanager
def watching(
    hosts: int, console: Console, plain: bool = False, names_hosts: bool = True
) -> Iterator[Watcher]:
    """Show a live view if the console is a terminal that supports it, otherwise lines.

    hosts: their number. plain: always show lines, because other programs print on the terminal,
    too. names_hosts: whether each host has a line; otherwise, there is only the bar.
    """
    if plain or not console.is_terminal or console.is_dumb_terminal:
        yield Lines() if names_hosts else Silence()
        return
    # Imported here, because it is not needed for logs.
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[news]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Live(progress, hosts, names_hosts)
