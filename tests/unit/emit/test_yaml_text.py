# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML that we write is read back as the same value."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties import examples
from tests.yaml_files import text_of
from vigo_bridge.emit.yaml_text import Jinja, entry, indented


class Reader(yaml.SafeLoader):
    """YAML 1.1 as Ansible reads it, with its ``!unsafe``."""


Reader.add_constructor("!unsafe", text_of)

CASES = [
    ("plain text", "redis", "key: redis"),
    ("text that YAML 1.1 takes for something else", "0644", "key: '0644'"),
    ("a sexagesimal", "22:22", "key: '22:22'"),
    ("a boolean word", "no", "key: 'no'"),
    ("a template", "{{ .Vars.a }}", 'key: !unsafe "{{ .Vars.a }}"'),
    ("a Jinja2 comment", "a{#b", 'key: !unsafe "a{#b"'),
    ("lines", "a\nb\n", "key: |\n  a\n  b"),
    ("lines without end", "a\nb", "key: |-\n  a\n  b"),
    ("lines with a template", "a\n{{ x }}\n", "key: !unsafe |\n  a\n  {{ x }}"),
    ("carriage returns", "a\r\nb", 'key: "a\\r\\nb"'),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_entry(text: str, expected: str) -> None:
    assert entry("key", text) == expected
    assert yaml.load(expected + "\n", Reader) == {"key": text}


def test_comment_of_one_line_stands_behind_it() -> None:
    assert entry("tag", "v2", "envoys.vgo:6:7") == "tag: v2  # envoys.vgo:6:7"


def test_comment_of_several_lines_stands_above_them() -> None:
    assert entry("ports", [80, 81], "here") == "# here\nports:\n  - 80\n  - 81"


LONG = "a sentence of many words " * 6

NARROW = [
    ("short", "key: short"),
    (LONG.strip(), "key: >-\n"),
    (LONG, "key: 'a sentence"),
    (f"{LONG}\nnext\n", 'key: "a sentence'),
    ("next\nand last\n", "key: |\n  next"),
    ("x" * 80, "key: xxx"),
    (f"{{{{ x }}}} {LONG}".strip(), "key: !unsafe >-\n"),
]


@pytest.mark.parametrize(("text", "start"), NARROW)
def test_long_lines_are_broken_where_yaml_allows_it(text: str, start: str) -> None:
    written = entry("key", text, width=60)
    assert written.startswith(start)
    assert max(map(len, written.splitlines())) <= max(72, len("key: ") + len(text.split()[0]))
    assert yaml.load(written + "\n", Reader) == {"key": text}


def test_what_ansible_shall_template_is_not_marked() -> None:
    assert entry("key", Jinja("{{ x }}")) == 'key: "{{ x }}"'
    assert entry("key", Jinja("a\n{{ x }}\n")) == "key: |\n  a\n  {{ x }}"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.text("a{}%#:-|> \n\t'\"\\", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=examples(60))
@given(values, st.sampled_from([0, 2, 4]), st.sampled_from([20, sys.maxsize]))
def test_any_value_is_read_back(value: Any, spaces: int, width: int) -> None:
    text = indented(entry("key", value, "a comment", width), spaces)
    assert yaml.load(text + "\n", Reader) == {"key": value}
