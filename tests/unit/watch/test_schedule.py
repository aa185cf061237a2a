# SPDX-License-Identifier: GPL-3.0-or-later
"""When turns begin, and how hosts are spread over one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigo_bridge.watch.schedule import SHORTEST_SLOT, next_turn, slices

#: when a turn began, the interval, when it ended -> when the next one begins
TURNS = [
    (0.0, 300.0, 20.0, 300.0),
    (0.0, 300.0, 0.0, 300.0),
    (0.0, 300.0, 300.0, 300.0),
    (0.0, 300.0, 301.0, 600.0),
    (100.0, 10.0, 155.0, 160.0),
    (100.0, 10.0, 90.0, 110.0),
]


@pytest.mark.parametrize(("began", "every", "now", "expected"), TURNS)
def test_the_next_turn(began: float, every: float, now: float, expected: float) -> None:
    assert next_turn(began, every, now) == expected


HOSTS = [f"web{number:03}.example.com" for number in range(200)]


def test_without_splay_all_hosts_come_together() -> None:
    (one,) = slices(HOSTS, 0)
    assert (one.after, list(one.hosts)) == (0, HOSTS)
    assert slices([], 60) == []
    assert [part.hosts for part in slices(["a"], 600)] == [("a",)]


def test_hosts_are_spread_and_keep_their_place() -> None:
    parts = slices(HOSTS, 60)
    assert len(parts) == 12
    assert [part.after for part in parts] == [number * 5.0 for number in range(12)]
    assert all(5 <= len(part.hosts) <= 35 for part in parts)
    place = {host: part.after for part in parts for host in part.hosts}
    fewer = {host: part.after for part in slices(HOSTS[::2], 60) for host in part.hosts}
    assert fewer == {host: place[host] for host in HOSTS[::2]}


@given(st.lists(st.text(), unique=True, max_size=60), st.floats(0, 86400))
def test_each_host_is_in_one_group(hosts: list[str], splay: float) -> None:
    parts = slices(hosts, splay)
    assert sorted(host for part in parts for host in part.hosts) == sorted(hosts)
    assert [part.after for part in parts] == sorted(part.after for part in parts)
    assert all(0 <= part.after < max(splay, SHORTEST_SLOT) for part in parts)
