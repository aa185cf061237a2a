# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of a watcher: lines with the time, or one JSON document for each turn."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import hanging
from vigo_bridge.report.printing import echo, echo_json_line
from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult
from vigo_bridge.watch.log_lines import lines_of, summary
from vigo_bridge.watch.states.model import FleetState
from vigo_bridge.watch.states.transitions import Transition
from vigo_bridge.watch.turn_data import turn_as_data
from vigo_bridge.watch.turns import Turn


def log(text: str, *, err: bool = False) -> None:
    """Print text with the date and time. err: on standard error."""
    echo(f"{datetime.now():%Y-%m-%d %H:%M:%S} {hanging(text, 2)}", err=err)


class Log:
    """A `watch.turns.Outputs` that prints."""

    def __init__(self, output: str, diverged_after: int, every_turn: bool) -> None:
        """Print as `text` or `json`. every_turn: also turns in which nothing changed."""
        self._output = output
        self._diverged_after = diverged_after
        self._every_turn = every_turn

    def turn_begins(self, number: int) -> None:
        """Print nothing."""

    def turn_ended(self, state: FleetState, transitions: Sequence[Transition], turn: Turn) -> None:
        if self._output == "json":
            echo_json_line(turn_as_data(state, transitions, turn))
            return
        lines = [line for one in transitions for line in lines_of(one, self._diverged_after)]
        for line in lines:
            log(line)
        if lines or transitions or self._every_turn:
            log(summary(state, turn))


class Quiet:
    """A `run.watcher.Watcher` that shows nothing but messages."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def batch(self, batch: Batch) -> None:
        """Show nothing."""

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        """Show nothing."""

    def say(self, text: str) -> None:
        self._say(text)

    def asking(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Once:
    """Passes a warning on, unless the previous turn had the same one."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last: set[str] = set()
        self._current: set[str] = set()

    def __call__(self, text: str) -> None:
        if text not in self._last | self._current:
            self._say(text)
        self._current.add(text)

    def turn_begins(self) -> None:
        self._last, self._current = self._current, set()
