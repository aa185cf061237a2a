# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's answer is found among what the target's shell prints."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.plugin_utils.module_answer import (
    answer_in,
    explanation,
)

ANSWER = '{"changed": true, "text": "{ \\n }"}'
#: what a login shell prints, before the answer or after it
NOISE = [
    "",
    "Welcome!",
    '{"x":1}',
    "{ hello",
    "{",
    "}",
    "{}",
    "[1, 2]",
    '{"x":1}\n{"y":2}\n',
    '{\n  "changed\n": 1\n}',
    "{" * 100_000,
    '{"a":' * 100_000,
    "\ud800{",
    '{"x": NaN}',
    "\r\n{ \x1b[0m",
]


@pytest.mark.parametrize("before", NOISE, ids=itertools.count())
def test_the_answer_is_found(before: str) -> None:
    for after in NOISE:
        assert answer_in(f"{before}\n{ANSWER}\n{after}") == ANSWER


@given(st.text(), st.text(), st.dictionaries(st.text(), st.integers() | st.text()))
def test_whatever_is_printed_beside_it(before: str, after: str, more: dict[str, Any]) -> None:
    answer = json.dumps({**more, "failed": True})
    assert answer_in(f"{before}\n{answer}\n{after}") == answer


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("", ""),
        ("a\n\nb\n", "a\n\nb"),
        ("{ hello\n}", "> { hello\n}"),
        ('{"x":1}', '> {"x":1}'),
        ('Welcome\n  {"x": "changed"}', 'Welcome\n> {"x": "changed"}'),
        ('{"x":{"changed":true}}', '> {"x":{"changed":true}}'),
        ('[{"changed":true}]', '[{"changed":true}]'),
    ],
)
def test_no_other_output_is_taken_for_one(output: str, shown: str) -> None:
    assert answer_in(output) == shown


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"changed": True}, None),
        ({"module_stdout": "", "module_stderr": "", "rc": 137}, "(exit code 137); see"),
        (
            {"module_stdout": '{ "x"\n', "module_stderr": "Killed\n", "rc": 1},
            "(exit code 1): Killed; see module_stdout and module_stderr for all that the target"
            " printed, which may come from a start-up file of its shell, such as .bashrc",
        ),
        (
            {"module_stdout": "", "module_stderr": "x\npyenv: python3.13: not found", "rc": 127},
            "the target has no usable Python (pyenv: python3.13: not found); install one",
        ),
        ({"module_stdout": "", "module_stderr": "a\x1b[31mb", "rc": 1}, "a\\x1b[31mb"),
        ({"module_stdout": "x" * 10_000, "rc": 1}, "1): " + "x" * 200 + ";"),
    ],
)
def test_what_is_said_where_there_is_none(result: dict[str, Any], message: str | None) -> None:
    explained = explanation(result)
    if message is None:
        assert explained == {}
    else:
        assert message in explained["msg"]
