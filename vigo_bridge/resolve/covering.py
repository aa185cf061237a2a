# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds which of many globs cover another one, without comparing it with each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce

from vigo_bridge.resolve.globs import glob_matches, is_glob, pieces


@dataclass(eq=False)
class _Node:
    """Globs with the same beginning. owners: of the glob that ends here. is_star: whether it ends
    with `*`.
    """

    is_star: bool = False
    children: dict[str, _Node] = field(default_factory=dict)
    sets: list[str] = field(default_factory=list)
    owners: set[int] = field(default_factory=set)

    def child(self, piece: str) -> _Node:
        """Return the node after one more piece of a glob, and add it if it does not exist."""
        if piece not in self.children:
            self.children[piece] = _Node(piece == "*")
            if len(piece) > 1:
                self.sets.append(piece)
        return self.children[piece]

    def after(self, piece: str) -> Iterator[_Node]:
        """Yield the nodes of globs that cover one more piece, a `*` or a single character."""
        if self.is_star:
            yield self
        if piece != "*":
            wide = {piece, "?", *self._sets_with(piece)}
            yield from (self.children[each] for each in wide if each in self.children)

    def _sets_with(self, piece: str) -> list[str]:
        """Return the sets that contain a character. Two sets are only compared for equality."""
        is_character = len(piece) == 1 and piece != "?"
        return [each for each in self.sets if glob_matches(each, piece)] if is_character else []


class CoveringGlobs:
    """Globs as a tree of their pieces. looks: how many of its nodes were visited."""

    def __init__(self) -> None:
        self._root = _Node()
        self.looks = 0

    def add(self, glob: str, owner: int) -> None:
        """Add a glob, and the number of the entry that it belongs to."""
        if is_glob(glob):
            reduce(_Node.child, pieces(glob), self._root).owners.add(owner)

    def owners_of_all(self, globs: Iterable[str]) -> set[int]:
        """Return the owners that have, for each of these globs, one that covers it.

        May miss some, because sets are only compared for equality.
        """
        found = [self._owners_of(glob) for glob in globs]
        return reduce(set.intersection, found) if found else set()

    def _owners_of(self, glob: str) -> set[int]:
        if not is_glob(glob):
            return set()
        nodes = self._with_stars([self._root])
        for piece in pieces(glob):
            nodes = self._with_stars(after for node in nodes for after in node.after(piece))
        return {owner for node in nodes for owner in node.owners}

    def _with_stars(self, nodes: Iterable[_Node]) -> dict[_Node, None]:
        """Return the nodes, and those after a `*` that matches an empty text."""
        found = dict.fromkeys(nodes)
        for node in list(found):
            if "*" in node.children:
                found[node.children["*"]] = None
        self.looks += len(found)
        return found
