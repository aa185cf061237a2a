# SPDX-License-Identifier: GPL-3.0-or-later
"""Which known name is suggested for an unknown one, everywhere by the same rule."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common import suggest
from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import (
    did_you_mean,
    nearest,
)
from tests.unit.collection.module_sources import ROOT

_SUGGEST = "ansible_collections/vigo/bridge/plugins/module_utils/common/suggest.py"
#: Where diffs of texts are shown, which are no suggestions.
_DIFFS = "vigo_bridge/report/terminal.py"

#: The unknown name, the known names, and the one that was meant ("" for none).
CASES = [
    ("imgae", ["image", "restart"], "image"),
    ("IMAGE", ["image", "restart"], "image"),
    ("tolower", ["toLower", "toUpper"], "toLower"),
    ("NET_ADMN", ["NET_ADMIN", "NET_RAW"], "NET_ADMIN"),
    ("web", ["webapp_production"], "webapp_production"),
    ("webapp_production", ["web"], "web"),
    ("we", ["webapp_production"], ""),
    ("xyz", ["image", "restart"], ""),
    ("image", [], ""),
    ("", ["image"], ""),
    ("ström", ["strom"], "strom"),
    # of equal ones that differ by case, always the same
    ("imag", ["IMAGE", "image"], "IMAGE"),
    ("imag", ["image", "IMAGE"], "IMAGE"),
    # what takes too long to compare
    ("a" * 65, ["a" * 64], ""),
    ("a" * 64, ["a" * 65], ""),
]


@pytest.mark.parametrize(("name", "known", "meant"), CASES)
def test_nearest(name: str, known: list[str], meant: str) -> None:
    assert nearest(name, known) == meant


@pytest.mark.parametrize(("name", "known", "meant"), CASES)
def test_the_question(name: str, known: list[str], meant: str) -> None:
    assert did_you_mean(name, known) == (f"did you mean {meant!r}?" if meant else "")


def test_names_beyond_the_limit_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggest, "_MOST_COMPARED", 2)

    assert nearest("image", ["a", "b", "images"]) == ""
    assert nearest("image", ["a", "images", "b"]) == "images"


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=20))
def test_only_known_names_are_suggested(name: str, known: list[str]) -> None:
    assert nearest(name, known) in {"", *known}


@given(
    st.text(string.ascii_letters, min_size=1, max_size=64),
    st.lists(st.text(max_size=64), max_size=20),
)
def test_a_name_in_another_case_is_suggested(name: str, known: list[str]) -> None:
    assert nearest(name, [*known, name.swapcase()]).casefold() == name.casefold()


def test_no_other_file_compares_names() -> None:
    comparing = {
        str(path.relative_to(ROOT))
        for folder in ("vigo_bridge", "ansible_collections/vigo/bridge/plugins")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "difflib" in path.read_text(encoding="utf-8")
    }

    assert comparing == {_SUGGEST, _DIFFS}
