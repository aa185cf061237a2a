# SPDX-License-Identifier: GPL-3.0-or-later
"""What toYaml writes is read back as it was."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.helpers import (
    yaml_text,
)
from tests.properties import examples

_ODD_TEXTS = (
    *("yes", "No", "null", "~", "1", "0755", "1e3", "1.5", ".5", "0x1f", "12:30", "2020-01-01"),
    *("=", "<<", "- a", "a: b", "a #b", "#a", " a", "a ", "'", '"', "a'b", "{", "[", "&a", "*a"),
    *("!x", "%", "@", "`", "", "\n", "a\n", "a\nb", "a\n\nb\n\n", "\na", " a\nb", "a\tb", "a\n\tb"),
    *("\ta", "---", "...", "- ", "?", "-", ":", "a:", ":a", "-a", "? a", "|", ">", "é\u2028x"),
    *("\x85", "\ufeff", "😀", "\x00", "\x7f", "a\r\nb", "a\n---\nb"),
)
_WORDS = st.sampled_from(_ODD_TEXTS)
_SCALARS = st.one_of(
    _WORDS,
    st.text(max_size=12),
    st.text(alphabet=" \n\t-:#'\"ab0", max_size=10),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(_WORDS, st.text(max_size=5)), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=examples(80))
@given(value=_VALUES)
def test_read_back_as_yaml_1_1(value: Any) -> None:
    assert yaml.safe_load(yaml_text(value)) == value


@settings(max_examples=examples(40))
@given(value=_VALUES)
def test_read_back_as_yaml_1_2(value: Any) -> None:
    assert YAML(typ="safe", pure=True).load(yaml_text(value)) == value
