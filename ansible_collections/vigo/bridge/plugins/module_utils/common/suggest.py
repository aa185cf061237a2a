# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggests the known name that was probably meant instead of an unknown one."""

from __future__ import annotations

from typing import Iterable, Sequence


class Meant(str):
    """Advice with the name that was probably meant."""


#: Comparing takes quadratic time: longer names, and more names than this, are not compared.
_LONGEST_COMPARED = 64
_MOST_COMPARED = 5000
#: Shorter common prefixes are not considered.
_SHORTEST_BEGINNING = 3


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the most similar known name, or one that is a prefix of this name or vice versa.

    Case is ignored. Empty if no name is similar enough.
    """
    if len(name) > _LONGEST_COMPARED:
        return ""
    import difflib  # Most runs need no suggestion.

    wanted = name.casefold()
    compared = [one for one in known if len(one) <= _LONGEST_COMPARED][:_MOST_COMPARED]
    candidates = {one.casefold(): one for one in sorted(compared, reverse=True)}
    found = difflib.get_close_matches(wanted, candidates, n=1) or [
        candidate
        for candidate in sorted(candidates, key=len)
        if min(len(candidate), len(wanted)) >= _SHORTEST_BEGINNING
        and (candidate.startswith(wanted) or wanted.startswith(candidate))
    ]
    return candidates[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?``, a ``Meant``, with the nearest known name, or an empty text."""
    near = nearest(name, known)
    return Meant(f"did you mean {near!r}?") if near else ""


def did_you_mean_or_one_of(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?``, or all known names if none is similar."""
    names = list(known)
    return did_you_mean(name, names) or one_of(names)


def one_of(names: Sequence[str]) -> str:
    """Return the advice to use one of these names."""
    return f"use one of {', '.join(names)}" if len(names) > 1 else f"use {names[0]}"
