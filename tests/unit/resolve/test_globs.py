# SPDX-License-Identifier: GPL-3.0-or-later
"""Globs over host names."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties import examples
from vigo_bridge.resolve.covering import CoveringGlobs
from vigo_bridge.resolve.globs import glob_matches, is_glob, pieces

GLOBS = st.lists(st.sampled_from(["*", "?", "a", "b", ".", "[ab]", "[!a]", "[a-c]"]), max_size=6)
HOSTS = st.text("abc.", min_size=1, max_size=6)

MATCHES = [
    ("*", "web1.example.com", True),
    ("*.example.com", "a.b.example.com", True),
    ("*.example.com", "example.com", False),
    ("WEB?", "web1", True),
    ("web?", "web12", False),
    ("web[0-9]", "web5", True),
    ("web[!0-9]", "web5", False),
    ("web[^0-9]", "web5", True),
    ("web[]]", "web]", True),
    ("web[", "web[", True),
    ("a.b", "axb", False),
    ("a+", "aa", False),
    ("[z-a]", "z", False),
]

COVERS = [
    ("*", "anything*", True),
    ("*.com", "*.example.com", True),
    ("*.example.com", "*.com", False),
    ("web?", "web1", True),
    ("web?", "web*", False),
    ("w*1", "web*1", True),
    ("web[12]", "web1", True),
    ("web[12]", "web[12]", True),
    ("web[12]", "web3", False),
    ("?", "[ab]", True),
    ("[ab]", "?", False),
]


def glob_covers(wide: str, narrow: str) -> bool:
    """Return whether one glob covers another, from these two alone."""
    return is_glob(wide) and is_glob(narrow) and _covers(tuple(pieces(wide)), tuple(pieces(narrow)))


@cache
def _covers(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    if not wide:
        return not narrow
    if wide[0] == "*":
        return _covers(wide[1:], narrow) or (bool(narrow) and _covers(wide, narrow[1:]))
    if not narrow or narrow[0] == "*":
        return False
    return _covers_character(wide[0], narrow[0]) and _covers(wide[1:], narrow[1:])


def _covers_character(wide: str, narrow: str) -> bool:
    if wide in ("?", narrow):
        return True
    is_set = len(wide) > 1
    return is_set and len(narrow) == 1 and narrow != "?" and glob_matches(wide, narrow)


@pytest.mark.parametrize(("glob", "host", "expected"), MATCHES)
def test_matches(glob: str, host: str, expected: bool) -> None:
    assert glob_matches(glob, host) is expected


@pytest.mark.parametrize(("wide", "narrow", "expected"), COVERS)
def test_covers(wide: str, narrow: str, expected: bool) -> None:
    assert glob_covers(wide, narrow) is expected


def test_a_glob_of_many_stars() -> None:
    """Trying every way to share the name among the stars would take years."""
    assert not glob_matches("*a" * 120 + "b", "a" * 250)
    assert glob_matches("*a" * 120 + "*", "a" * 250)


@given(wide=GLOBS, narrow=GLOBS, host=HOSTS)
@settings(max_examples=examples(100))
def test_what_is_covered_never_matches_more(wide: list[str], narrow: list[str], host: str) -> None:
    outer, inner = "".join(wide), "".join(narrow)
    if glob_covers(outer, inner) and glob_matches(inner, host):
        assert glob_matches(outer, host)


@given(
    entries=st.lists(st.lists(GLOBS.map("".join), min_size=1, max_size=2), max_size=6),
    narrow=st.lists(GLOBS.map("".join), min_size=1, max_size=2),
)
@settings(max_examples=examples(200))
def test_the_index_finds_what_a_look_at_each_finds(
    entries: list[list[str]], narrow: list[str]
) -> None:
    globs = CoveringGlobs()
    for owner, wide in enumerate(entries):
        for glob in wide:
            globs.add(glob, owner)
    assert globs.owners_of_all(narrow) == {
        owner
        for owner, wide in enumerate(entries)
        if all(any(glob_covers(one, other) for one in wide) for other in narrow)
    }


#: globs of 500 match entries that share what they begin and end with
ALIKE = {
    "ends": "web{}.example.com",
    "a middle": "*db{}*",
    "a set first": "[wv]eb{}*",
    "a set in the middle": "*[wv]eb{}*",
    "two middles": "*db*-{}-*",
    "a set at both ends": "[a-z]*x{}y*[0-9]",
    "question marks": "?{}?",
    "long": "a" * 200 + "*{}*",
}


@pytest.mark.parametrize("form", ALIKE.values(), ids=ALIKE)
def test_the_index_looks_at_few_globs(form: str) -> None:
    globs = CoveringGlobs()
    for number in range(1000, 1500):
        assert not globs.owners_of_all([form.format(number)])
        globs.add(form.format(number), number)
    assert globs.looks <= 500 * 4 * len(form)
    assert globs.owners_of_all([form.format(1007)]) == {1007}
