# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of many hosts are merged by time, without a line lost or repeated."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.plugin_utils.log_page import LogLine
from vigo_bridge.run.log_merge import LONGEST_AGE, HostLine, Merger

_SECOND = 10**9


def line(time: float, text: str = "") -> LogLine:
    return LogLine(int(time * _SECOND), "web", "w/web", "stdout", text)


def shown(lines: Sequence[HostLine]) -> list[tuple[str, float]]:
    return [(each.host, each.line.time / _SECOND) for each in lines]


def add(merger: Merger, host: str, times: Sequence[float], until: float, clock: float) -> None:
    """Add lines of a host whose clock is the caller's."""
    lines = [line(time) for time in times]
    merger.add(host, lines, int(until * _SECOND), int(clock * _SECOND), clock, correction=0)


def test_lines_wait_for_the_hosts_that_may_have_earlier_ones() -> None:
    merger = Merger(["a", "b"], follow=False, began=0)
    add(merger, "a", [1, 3], 4, 5)
    assert merger.ready(1000) == []
    add(merger, "b", [2], 2, 5)
    assert shown(merger.ready(1000)) == [("a", 1), ("b", 2)]
    merger.end("b")
    assert shown(merger.ready(1000)) == [("a", 3)]


def test_a_host_that_ends_without_lines() -> None:
    merger = Merger(["a", "b"], follow=False, began=0)
    merger.end("b")
    add(merger, "a", [7], 6, 7)
    merger.end("a")
    assert shown(merger.ready(8)) == [("a", 7)]
    assert merger.ready(9) == []


def test_followed_lines_do_not_wait_longer_than_a_moment() -> None:
    merger = Merger(["a", "b"], follow=True, began=0)
    add(merger, "a", [], 99, 100)
    add(merger, "b", [], 99, 100)
    add(merger, "a", [100.5], 100.9, 101)
    assert merger.ready(100.5 + LONGEST_AGE - 0.01) == []
    assert shown(merger.ready(100.5 + LONGEST_AGE + 0.01)) == [("a", 100.5)]


def test_followed_lines_are_shown_at_their_longest_age() -> None:
    merger = Merger(["a", "b"], follow=True, began=0)
    merger.add("b", [], 99 * _SECOND, 100 * _SECOND, 100, correction=0)
    merger.add("a", [line(100)], 100 * _SECOND, 100 * _SECOND, 100, correction=0)
    assert shown(merger.ready(100 + LONGEST_AGE)) == [("a", 100)]


def test_a_late_line_is_shown_after_others() -> None:
    merger = Merger(["a", "b"], follow=True, began=0)
    add(merger, "a", [1], 2, 2)
    add(merger, "b", [], 0, 2)
    assert shown(merger.ready(20)) == [("a", 1)]
    add(merger, "b", [0.5, 1.5], 2, 20)
    assert shown(merger.ready(20)) == [("b", 0.5), ("b", 1.5)]


def test_the_first_lines_of_all_hosts_are_awaited() -> None:
    merger = Merger(["a", "b"], follow=True, began=100)
    add(merger, "a", [50], 99, 100)
    assert merger.ready(105) == []
    assert merger.ready(109) == []
    assert shown(merger.ready(110)) == [("a", 50)]


@pytest.mark.parametrize("skew", [-3600.0, -5.0, 5.0, 3600.0])
def test_a_host_whose_clock_is_wrong_does_not_delay_others(skew: float) -> None:
    merger = Merger(["a", "b"], follow=True, began=0)
    for host, wrong in (("a", 0.0), ("b", skew)):
        own = 10_000 + wrong
        now = int(own * _SECOND)
        lines = [line(own - 0.5, host)]
        merger.add(host, lines, int((own - 0.4) * _SECOND), now, 10_000, correction=0)
    found = merger.ready(10_000 + LONGEST_AGE)
    assert sorted(each.host for each in found) == ["a", "b"]


def test_the_clock_of_a_host_is_corrected() -> None:
    """Lines are in the order in which they were printed, also with a clock that is an hour off."""
    merger = Merger(["a", "b"], follow=True, began=0)
    wrong = 3600 * _SECOND
    merger.add("a", [line(10), line(12)], 13 * _SECOND, 13 * _SECOND, 13, correction=0)
    merger.add("b", [line(3611, "b")], 3611 * _SECOND, 3613 * _SECOND, clock=13, correction=-wrong)
    assert shown(merger.ready(13)) == [("a", 10), ("b", 3611)]
    merger.add("b", [], 3612 * _SECOND, 3613 * _SECOND, clock=13, correction=-wrong)
    assert shown(merger.ready(13)) == [("a", 12)]


def test_lines_that_come_after_the_end_do_not_delay_others() -> None:
    """A host may have to wait until its last lines have room."""
    merger = Merger(["a", "b"], follow=False, began=0)
    merger.end("a")
    add(merger, "a", [1], 1, 5)
    add(merger, "b", [4], 4, 5)
    assert shown(merger.ready(5)) == [("a", 1), ("b", 4)]


def test_trouble_and_an_end_can_be_reported_again() -> None:
    merger = Merger(["a", "b"], follow=False, began=0)
    for report in (merger.suspend, merger.end):
        for _ in range(2):
            report("a")
    add(merger, "b", [4], 4, 5)
    assert shown(merger.ready(5)) == [("b", 4)]


def test_what_is_known_of_a_host_stays() -> None:
    """An older answer that arrives later does not delay its lines."""
    merger = Merger(["a"], follow=False, began=0)
    add(merger, "a", [], 9, 10)
    add(merger, "a", [5], 3, 10)
    assert shown(merger.ready(10)) == [("a", 5)]


def test_how_many_lines_wait() -> None:
    merger = Merger(["a", "b"], follow=False, began=0)
    for times in ([1, 2, 8], [9]):
        add(merger, "a", times, 9, 10)
    assert (merger.waiting("a"), merger.waiting("b")) == (4, 0)
    add(merger, "b", [], 2, 10)
    assert len(merger.ready(10)) == 2
    assert (merger.waiting("a"), merger.waiting("b")) == (2, 0)


def test_nobody_waits_for_a_host_that_cannot_be_read() -> None:
    merger = Merger(["a", "b"], follow=True, began=0)
    merger.suspend("b")
    add(merger, "a", [1], 2, 2)
    assert shown(merger.ready(2)) == [("a", 1)]
    add(merger, "b", [0.5, 2.5], 3, 3)
    add(merger, "a", [2.2], 2.4, 3)
    assert shown(merger.ready(3)) == [("b", 0.5), ("a", 2.2)]
    merger.end("a")
    assert shown(merger.ready(3)) == [("b", 2.5)]


_BATCHES = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 5), max_size=5)), max_size=30
)


@given(_BATCHES, st.booleans(), st.floats(0, 2), st.sets(st.integers(0, 30)))
def test_nothing_is_lost_or_repeated(
    batches: list[tuple[str, list[int]]], follow: bool, pace: float, troubles: set[int]
) -> None:
    merger = Merger("abc", follow, began=0)
    reached = dict.fromkeys("abc", 0)
    added: list[tuple[str, str]] = []
    found: list[HostLine] = []
    clock = 0.0
    for number, (host, steps) in enumerate(batches):
        lines: list[LogLine] = []
        for step in steps:
            reached[host] += step
            text = f"{number}.{len(lines)}"
            lines.append(LogLine(reached[host], "web", "", "stdout", text))
            added.append((host, text))
        clock += pace
        if follow and number in troubles:
            merger.suspend(host)
        merger.add(host, lines, reached[host], reached[host], clock, correction=0)
        found += merger.ready(clock)
    for host in "abc":
        merger.end(host)
    found += merger.ready(clock)
    assert sorted((each.host, each.line.text) for each in found) == sorted(added)
    for host in "abc":
        own = [each.line.text for each in found if each.host == host]
        assert own == [text for name, text in added if name == host]
        assert merger.waiting(host) == 0
    if not follow:
        times = [each.line.time for each in found]
        assert times == sorted(times)
