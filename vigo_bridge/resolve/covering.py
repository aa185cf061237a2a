# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds which of many globs cover another one, without a look at each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import reduce

from vigo_bridge.resolve.globs import glob_covers, literal_ends


class CoveringGlobs:
    """Globs by the text that they begin with and the text that they end with."""

    def __init__(self) -> None:
        self._globs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._owners: dict[str, set[int]] = defaultdict(set)

    def add(self, glob: str, owner: int) -> None:
        """Add a glob, and the number of the entry that it belongs to."""
        beginning, end = literal_ends(glob)
        self._globs[beginning][end].add(glob)
        self._owners[glob].add(owner)

    def owners_of_all(self, globs: Iterable[str]) -> set[int]:
        """Return the owners that have, for each of these globs, one that covers it."""
        found = [self._owners_of(glob) for glob in globs]
        return reduce(set.intersection, found) if found else set()

    def _owners_of(self, glob: str) -> set[int]:
        covering = (wide for wide in self._candidates(glob) if glob_covers(wide, glob))
        return {owner for wide in covering for owner in self._owners[wide]}

    def _candidates(self, glob: str) -> Iterator[str]:
        beginning, end = literal_ends(glob)
        for length in range(len(beginning) + 1):
            by_end = self._globs.get(beginning[:length], {})
            for start in range(len(end) + 1) if by_end else ():
                yield from by_end.get(end[start:], ())
