# SPDX-License-Identifier: GPL-3.0-or-later
"""What is certain about the clock of a host is corrected, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigo_bridge.run.host_clock import HostClock

#: answers (the host's time, when it was asked, when the answer came) -> the correction
CLOCKS: dict[str, tuple[list[tuple[int, int, int]], int]] = {
    "no answer yet": ([], 0),
    "a right clock": ([(105, 100, 110)], 0),
    "a right clock, and an answer at once": ([(110, 100, 110)], 0),
    "a right clock, and a slow answer": ([(101, 100, 190)], 0),
    "an hour behind": ([(1000, 4600, 4610)], 3600),
    "an hour ahead": ([(4605, 1000, 1010)], -3595),
    "behind, and better known later": ([(0, 100, 190), (200, 380, 385)], 180),
    "ahead, and better known later": ([(1000, 100, 190), (1000, 100, 120)], -810),
    "ahead, and known exactly later": ([(120, 100, 110), (200, 190, 205)], -10),
    "set while it was watched": ([(105, 100, 110), (200, 900, 910)], 700),
}


@pytest.mark.parametrize(("answers", "correction"), CLOCKS.values(), ids=CLOCKS)
def test_corrections(answers: list[tuple[int, int, int]], correction: int) -> None:
    clock = HostClock()
    for answer in answers:
        clock.compare(*answer)
    assert clock.correction == correction


@given(
    st.integers(-(10**6), 10**6),
    st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1),
)
def test_any_delays(wrong: int, delays: list[tuple[int, int]]) -> None:
    """It is never corrected by more than it is wrong, and its lines keep their order."""
    clock, ours = HostClock(), 0
    corrections = []
    for there, back in delays:
        looked = ours + there
        clock.compare(looked + wrong, ours, looked + back)
        corrections.append(clock.correction)
        ours = looked + back
    assert corrections == sorted(corrections)
    if wrong < 0:
        assert 0 <= clock.correction <= -wrong
        assert clock.correction >= -wrong - min(there for there, _back in delays)
    else:
        assert -wrong <= corrections[0] <= 0
