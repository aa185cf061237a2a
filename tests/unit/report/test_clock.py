# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clock notes of a rollout, reported as to a rollout's watcher."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from vigo_bridge.report.clock import Clock, Span
from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus

DONE = EnvoyResult(EnvoyStatus.CHANGED)


class Deaf:
    """A watcher that only records its calls."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def batch(self, batch: Batch) -> None:
        self.told.append(batch)

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        self.told.append((host, envoy))

    def say(self, text: str) -> None:
        self.told.append(text)

    def asking(self) -> AbstractContextManager[None]:
        return nullcontext()


#: what happens, with the second in which it does -> the spans of batches and of hosts
TOLD: dict[str, tuple[list[tuple[float, str]], list[Span], dict[str, Span]]] = {
    "one batch": (
        [(1, "batch"), (2, "begin a"), (2, "begin b"), (5, "end b"), (7, "end a"), (9, "through")],
        [Span(1, 9)],
        {"a": Span(2, 7), "b": Span(2, 5)},
    ),
    "two batches": (
        [(0, "batch"), (1, "begin a"), (2, "end a"), (3, "through"),
         (8, "batch"), (9, "begin b"), (10, "end b"), (11, "through")],
        [Span(0, 3), Span(8, 11)],
        {"a": Span(1, 2), "b": Span(9, 10)},
    ),
    "a begin that was never told": (
        [(1, "batch"), (4, "end a"), (5, "through")], [Span(1, 5)], {"a": Span(1, 4)},
    ),
    "an end that was never told": (
        [(1, "batch"), (2, "begin a"), (5, "through")], [Span(1, 5)], {},
    ),
    "a host of two tasks": (
        [(0, "batch"), (1, "begin a"), (2, "end a"), (3, "begin a"), (4, "end a"), (5, "through")],
        [Span(0, 5)],
        {"a": Span(1, 4)},
    ),
    "nothing": ([], [], {}),
    "nothing but the end": ([(3, "through")], [], {}),
}  # fmt: skip


@pytest.mark.parametrize(("told", "batches", "hosts"), TOLD.values(), ids=TOLD)
def test_what_is_noted(
    told: list[tuple[float, str]], batches: list[Span], hosts: dict[str, Span]
) -> None:
    seconds = 0.0
    clock = Clock(lambda: 1000 + seconds)
    watcher = clock.watching(Deaf())
    happens: dict[str, Callable[[str], None]] = {
        "batch": lambda host: watcher.batch(Batch(1, 1, ())),
        "begin": lambda host: watcher.host(host, None),
        "end": lambda host: watcher.host(host, DONE),
        "through": lambda host: clock.batch_ended(),
    }
    for second, what in told:
        seconds = second
        name, _, host = what.partition(" ")
        happens[name](host)
    assert (clock.batches, clock.hosts) == (batches, hosts)


def test_the_watcher_is_told_the_same() -> None:
    deaf, batch = Deaf(), Batch(1, 1, ("a",))
    watcher = Clock().watching(deaf)
    watcher.batch(batch)
    watcher.host("a", None)
    watcher.host("a", DONE)
    watcher.say("well")
    assert deaf.told == [batch, ("a", None), ("a", DONE), "well"]
