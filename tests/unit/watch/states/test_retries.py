# SPDX-License-Identifier: GPL-3.0-or-later
"""When a repair that failed is tried again."""

from __future__ import annotations

import pytest

from vigo_bridge.watch.states.retries import NOTHING_FAILED, Retry, repair_key


def turns_between(interval: float, attempts: int) -> list[int]:
    """Return the turns after which a repair that always fails is tried, counted from the last."""
    retry, passed = NOTHING_FAILED, 0
    between: list[int] = []
    while len(between) < attempts:
        passed += 1
        if retry.is_due("x"):
            retry = retry.failed("x", interval)
            between.append(passed)
            passed = 0
        else:
            retry = retry.passed()
    return between


#: Seconds between two turns -> after how many turns each attempt comes
TURNS = {
    300: [1, 1, 2, 4, 8, 12, 12, 12],
    1800: [1, 1, 2, 2, 2],
    3600: [1, 1, 1, 1],
    86400: [1, 1, 1],
    0.1: [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600],
}


@pytest.mark.parametrize(("interval", "expected"), TURNS.items())
def test_waits_are_doubled_up_to_an_hour(interval: float, expected: list[int]) -> None:
    assert turns_between(interval, len(expected)) == expected


def test_another_drift_does_not_wait() -> None:
    retry = Retry(failures=5, wait=16, of=repair_key("v1", ["b", "a"]))
    assert not retry.is_due(repair_key("v1", ["a", "b"]))
    assert retry.is_due(repair_key("v2", ["a", "b"]))
    assert retry.is_due(repair_key("v1", ["a"]))
    assert retry.failed("other", 300) == Retry(1, 0, "other")
