# SPDX-License-Identifier: GPL-3.0-or-later
"""Divides hosts into batches. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from vigo_bridge.host_counts import Size


@dataclass(frozen=True)
class Batch:
    """Hosts that are converged together. number: from 1; count: how many batches there are."""

    number: int
    count: int
    hosts: tuple[str, ...]


def split(hosts: Sequence[str], sizes: Sequence[Size], total: int) -> tuple[Batch, ...]:
    """Return the hosts in batches of these sizes, the last of which repeats.

    Without sizes, all hosts are one batch. total: the number of hosts that is 100 percent.
    """
    groups: list[tuple[str, ...]] = []
    rest = tuple(hosts)
    counts = [max(1, size.of(total)) for size in sizes] or [len(rest)]
    for size in itertools.chain(counts, itertools.repeat(counts[-1])):
        if not rest:
            break
        groups.append(rest[:size])
        rest = rest[size:]
    return tuple(Batch(number, len(groups), group) for number, group in enumerate(groups, 1))
