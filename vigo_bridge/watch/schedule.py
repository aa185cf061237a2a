# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides when the next turn begins, and which hosts a turn checks together. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

#: The least number of seconds between two groups of hosts, because each group starts Ansible.
SHORTEST_SLOT = 5.0


def next_turn(began: float, every: float, now: float) -> float:
    """Return when the next turn begins: a whole number of intervals after the one that began.

    Turns that should have begun in the meantime are left out. All are seconds of one clock.
    """
    passed = max(0.0, now - began)
    return began + every * max(1, math.ceil(passed / every))


@dataclass(frozen=True)
class Slice:
    """Hosts that are looked at together. after: seconds from the beginning of the turn."""

    after: float
    hosts: tuple[str, ...]


def slices(hosts: Sequence[str], splay: float) -> list[Slice]:
    """Return the hosts in groups that are spread over some seconds; each has its fixed place."""
    count = max(1, min(int(splay // SHORTEST_SLOT), len(hosts)))
    groups: list[list[str]] = [[] for _ in range(count)]
    for host in hosts:
        groups[_place(host, count)].append(host)
    slot = splay / count
    return [Slice(number * slot, tuple(group)) for number, group in enumerate(groups) if group]


def _place(host: str, count: int) -> int:
    digest = hashlib.sha256(host.encode(errors="surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") * count >> 64
