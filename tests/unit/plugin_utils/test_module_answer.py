# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's result is found in the output of the target's shell."""

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
    has_answer,
    without_call,
)

CALL = "0123456789abcdef" * 2
OTHER = CALL[::-1]


def echoed(call: str, **more: Any) -> str:
    arguments = {"names": [], "_call": {call: True}}
    return json.dumps({**more, "invocation": {"module_args": arguments}})


ANSWER = echoed(CALL, changed=True, text="{ \n }")
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
    '{"changed": true, "resources": []}',
    '{"changed": false}\n{"failed": false}',
    '{"failed": true, "msg": "out of paper"}',
    '{"module_missing": true, "changed": false}',
    '{"sdk_missing": true, "failed": true, "msg": "no"}',
    echoed(OTHER, changed=True, resources=[]),
    echoed("", changed=True),
    json.dumps({"ANSIBLE_MODULE_ARGS": {"command": "true", "_call": {CALL: True}}}),
    json.dumps({"changed": True, "_call": {CALL: True}}),
    json.dumps({"changed": True, "msg": CALL}),
    json.dumps({"changed": True, "invocation": {"module_args": {"_call": CALL}}}),
    json.dumps({"changed": True, "invocation": {"module_args": [CALL]}}),
    json.dumps({"changed": True, "invocation": CALL}),
]


@pytest.mark.parametrize("before", NOISE, ids=itertools.count())
def test_the_answer_is_found(before: str) -> None:
    for after in NOISE:
        assert answer_in(f"{before}\n{ANSWER}\n{after}", CALL) == ANSWER


@given(st.text(), st.text(), st.dictionaries(st.text(), st.integers() | st.text()))
def test_whatever_is_printed_beside_it(before: str, after: str, more: dict[str, Any]) -> None:
    answer = echoed(CALL, **more)
    assert answer_in(f"{before}\n{answer}\n{after}", CALL) == answer


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
        ('{"changed":true}', '> {"changed":true}'),
        ('{"failed":false,"msg":"x"}', '> {"failed":false,"msg":"x"}'),
        ('{"failed":1,"msg":"x"}', '> {"failed":1,"msg":"x"}'),
        ('{"failed":true}', '> {"failed":true}'),
        ('{"module_missing":true}', '> {"module_missing":true}'),
        (echoed(OTHER, changed=True), f"> {echoed(OTHER, changed=True)}"),
    ],
)
def test_no_other_output_is_taken_for_one(output: str, shown: str) -> None:
    assert answer_in(output, CALL) == shown


@pytest.mark.parametrize("key", ["msg", "exception"])
def test_of_a_failure_before_the_module_only_the_message_is_used(key: str) -> None:
    """Such as that of Ansible in a Python that is too old for it."""
    failure = {"failed": True, key: "too old"}
    more = {"changed": True, "resources": [], "module_missing": "module", "sdk_missing": True}
    output = f'{{"changed": true}}\n{json.dumps({**failure, **more})}\n{{"x": 1}}'
    assert json.loads(answer_in(output, CALL)) == failure


@pytest.mark.parametrize(
    "result",
    [
        {"changed": True},
        {"invocation": None},
        {"invocation": {"module_args": None}},
        {"invocation": {"module_args": {"names": [], "_call": {}}}},
    ],
)
def test_results_without_an_identifier_stay(result: dict[str, Any]) -> None:
    assert without_call(result) == result


def test_the_identifier_is_not_shown() -> None:
    shown = without_call(json.loads(echoed(CALL, changed=True)))
    assert shown == {"changed": True, "invocation": {"module_args": {"names": []}}}
    assert has_answer(shown)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"changed": True}, None),
        ({"module_stdout": "", "module_stderr": "", "rc": 137}, "(exit code 137); see"),
        (
            {"module_stdout": '{ "x"\n', "module_stderr": "Killed\n", "rc": 1},
            "(exit code 1): Killed; see module_stdout and module_stderr for the complete output,"
            " which may come from a start-up file of its shell, such as .bashrc",
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
