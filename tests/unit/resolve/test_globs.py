# SPDX-License-Identifier: GPL-3.0-or-later
"""Globs over host names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties import examples
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
