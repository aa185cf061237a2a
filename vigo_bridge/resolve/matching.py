# SPDX-License-Identifier: GPL-3.0-or-later
"""Assigns to each host the first match entry that matches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import MatchEntry
from vigo_bridge.resolve.covering import CoveringGlobs
from vigo_bridge.resolve.globs import LONGEST_NAME, any_of, is_glob


@dataclass(frozen=True)
class Assignment:
    """hosts: for each entry, by its index in the stack, in the order given."""

    hosts: tuple[tuple[str, ...], ...]
    unmatched: tuple[str, ...]


def assign(
    entries: Sequence[MatchEntry], hosts: Sequence[str], diagnostics: Diagnostics
) -> Assignment:
    """Return the entries of hosts, and warn about hosts that entries of two files match."""
    taken: list[list[str]] = [[] for _ in entries]
    unmatched = []
    tests = list(enumerate(map(_test, entries)))
    for host in dict.fromkeys(hosts):
        name = host.casefold()
        matching = [place for place, is_matched in tests if is_matched(name)]
        if not matching:
            unmatched.append(host)
            continue
        winner = entries[matching[0]]
        taken[matching[0]].append(host)
        for place in matching[1:]:
            _warn_of_rival(host, winner, entries[place], diagnostics)
    return Assignment(tuple(map(tuple, taken)), tuple(unmatched))


def _warn_of_rival(
    host: str, winner: MatchEntry, other: MatchEntry, diagnostics: Diagnostics
) -> None:
    if other.position.file != winner.position.file:
        diagnostics.warning(
            "VB209",
            other.position,
            f"host {host!r} also matches {winner.match!r} in {winner.position}, which takes"
            " precedence",
            "exclude the host from one of them with '!HOST'",
        )


def matches(entry: MatchEntry, host: str) -> bool:
    return bool(_test(entry)(host.casefold()))


def _test(entry: MatchEntry) -> Callable[[str], object]:
    """Return a function whose result is true if the entry matches a casefolded host name."""
    is_wanted = any_of(_wanted(entry)).fullmatch
    if not _excluded(entry):
        return is_wanted
    is_excluded = any_of(_excluded(entry)).fullmatch
    return lambda name: is_wanted(name) is not None and is_excluded(name) is None


def check_globs(entries: Sequence[MatchEntry], diagnostics: Diagnostics) -> None:
    """Report globs that cannot match any host name."""
    for pattern in (pattern for entry in entries for pattern in entry.patterns):
        if not is_glob(pattern.text.removeprefix("!")):
            diagnostics.error(
                "VB203",
                pattern.position,
                f"{pattern.text[:LONGEST_NAME]!r} cannot match a host name",
                "use names with '*', '?', '[abc]', '[a-z]' and '[!abc]', not longer than"
                f" {LONGEST_NAME} characters",
            )


def warn_of_unreachable(entries: Sequence[MatchEntry], diagnostics: Diagnostics) -> None:
    """Warn about entries whose hosts all match an earlier entry."""
    globs = CoveringGlobs()
    for place, entry in enumerate(entries):
        wanted = _wanted(entry)
        if not wanted:
            diagnostics.warning(
                "VB208",
                entry.position,
                f"match {entry.match!r} only excludes, so it matches no host",
                "add a glob without '!', such as \"*\"",
            )
        owners = globs.owners_of_all(wanted)
        if owners:
            earlier = entries[min(owners)]
            diagnostics.warning(
                "VB208",
                entry.position,
                f"this entry is never used: {earlier.match!r} in {earlier.position} comes first"
                " and matches all of its hosts",
                "move the more specific match to the top",
            )
        if not _excluded(entry):
            for glob in wanted:
                globs.add(glob, place)


def _wanted(entry: MatchEntry) -> list[str]:
    return [name.text for name in entry.patterns if not name.text.startswith("!")]


def _excluded(entry: MatchEntry) -> list[str]:
    return [name.text[1:] for name in entry.patterns if name.text.startswith("!")]
