# SPDX-License-Identifier: GPL-3.0-or-later
"""Which characters of a text may reach a terminal."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import (
    clean,
    clean_json,
    cleaned,
    cleaned_result,
    one_line,
)

#: a text -> how it is shown
SHOWN = {
    "plain, with\ttabs\nand lines\n": "plain, with\ttabs\nand lines\n",
    "Grüße, 世界, 🔑, e\u0301, a\u00a0b": "Grüße, 世界, 🔑, e\u0301, a\u00a0b",
    "👩\u200d👩\u200d👧": "👩\u200d👩\u200d👧",
    "Windows\r\nlines\r\n": "Windows\nlines\n",
    "\x1b[31mred\x1b[0m": "\\x1b[31mred\\x1b[0m",
    "\x1b]0;title\x07": "\\x1b]0;title\\x07",
    "\x1b]8;;http://x\x1b\\link": "\\x1b]8;;http://x\\x1b\\link",
    "\x9b31mred": "\\x9b31mred",
    "100 %\rfake": "100 %\\x0dfake",
    "a\b\b\x7f": "a\\x08\\x08\\x7f",
    "\x00\x0b\x0c\x85": "\\x00\\x0b\\x0c\\x85",
    "user\u202egnp.exe": "user\\u202egnp.exe",
    "\u2066\u2069\u200f\u061c": "\\u2066\\u2069\\u200f\\u061c",
    "one\u2028two\u2029": "one\\u2028two\\u2029",
    "hid\u200bden\ufeff": "hid\\u200bden\\ufeff",
    "\U000e0041": "\\U000e0041",
    "\ud800": "\\ud800",
    "[red]markup[/] {{ 7 * 7 }}": "[red]markup[/] {{ 7 * 7 }}",
}


@pytest.mark.parametrize("text", SHOWN)
def test_clean(text: str) -> None:
    assert clean(text) == SHOWN[text]


def test_a_name_has_one_line() -> None:
    assert one_line("a\nb\r\nc\td\x1b") == "a\\nb\\nc\\td\\x1b"


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_that_steers_is_left(text: str) -> None:
    shown = clean(text)
    shown.encode()
    assert clean(shown) == shown
    left = {c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    assert left <= set("\n\t")
    assert not {c for c in shown if unicodedata.bidirectional(c) in BIDI}
    assert len(one_line(text).splitlines()) <= 1


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text(st.characters(exclude_categories=[])), st.sampled_from([None, 2]))
def test_json_stays_json(text: str, indent: int | None) -> None:
    document = clean_json(json.dumps({text: [text]}, ensure_ascii=False, indent=indent))
    assert json.loads(document) == {text: [text]}
    assert clean(document) == document


@dataclass(frozen=True)
class Warned:
    msg: str
    further: tuple[object, ...] = ()


def test_a_value_is_cleaned_at_any_depth() -> None:
    value = {"a\x1b": [Warned("b\x1b", (Warned("c\x1b"),)), 1, None]}
    assert cleaned(value) == {"a\\x1b": [Warned("b\\x1b", (Warned("c\\x1b"),)), 1, None]}


def test_data_in_a_result_stays_as_it_is() -> None:
    result = {"msg": "a\x1b", "warnings": ["b\x1b"], "output": "c\x1b", "diff": {"after": "d\x1b"}}
    assert cleaned_result(result) == {
        "msg": "a\\x1b",
        "warnings": ["b\\x1b"],
        "output": "c\x1b",
        "diff": {"after": "d\\x1b"},
    }
