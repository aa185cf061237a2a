# SPDX-License-Identifier: GPL-3.0-or-later
"""Globs over host names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties import examples
from vigo_bridge.resolve.covering import CoveringGlobs
from vigo_bridge.resolve.globs import glob_covers, glob_matches

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


def test_the_index_looks_at_few_globs(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def counted(wide: str, narrow: str) -> bool:
        looked_at.append(wide)
        return glob_covers(wide, narrow)

    monkeypatch.setattr("vigo_bridge.resolve.covering.glob_covers", counted)
    globs = CoveringGlobs()
    for number in range(500):
        assert not globs.owners_of_all([f"web{number}.example.com", f"db{number}-*.example.com"])
        globs.add(f"web{number}.example.com", number)
        globs.add(f"db{number}-*.example.com", number)
    assert len(looked_at) <= 500
