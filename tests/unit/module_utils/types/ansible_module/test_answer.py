# SPDX-License-Identifier: GPL-3.0-or-later
"""Any output of a module becomes a result of the resource."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.forked import Ended
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.answer import read

NAME = "a.b.c"


def ended(output: str, code: int = 0, **more: Any) -> Ended:
    return Ended(code, output.encode(), b"trace\n", **more)


@pytest.mark.parametrize(
    ("output", "args", "action", "reason"),
    [
        ('{"changed": false}', {}, "", ""),
        ('{"changed": true, "msg": "line added"}', {}, "updated", "line added"),
        ('{"changed": true}', {"state": "absent"}, "deleted", ""),
        ('{"changed": true, "diff": {"before": "", "after": "x"}}', {}, "created", ""),
        ('{"changed": true, "diff": {"before": "x", "after": ""}}', {}, "deleted", ""),
        ('{"changed": true, "diff": [{"before": "a", "after": "b"}, {}]}', {}, "updated", ""),
        (
            '{"changed": true, "diff": {"before": {"state": "absent"},'
            ' "after": {"state": "directory"}}}',
            {},
            "created",
            "",
        ),
        ('{"changed": true, "diff": "text"}', {}, "updated", ""),
        ('{"changed": true, "diff": {"prepared": "+x"}}', {}, "updated", ""),
        ('welcome\n\n{"changed": false, "msg": "after a greeting"}', {}, "", "after a greeting"),
        ('{"changed": false, "rc": 0}', {}, "", ""),
        ('{"changed": false, "msg": {"a": 1}}', {}, "", '{"a": 1}'),
    ],
)
def test_success(output: str, args: dict[str, Any], action: str, reason: str) -> None:
    answer = read(NAME, args, ended(output), 300)
    assert (answer.changed, answer.reason) == (action, reason)


@pytest.mark.parametrize(
    ("output", "code", "message"),
    [
        ('{"failed": true, "msg": "no such group"}', 1, "no such group"),
        ('{"rc": 2, "changed": true, "stderr": "bad"}', 2, "a.b.c failed"),
        ('{"failed": true, "exception": {"event": {"msg": "of 2.19"}}}', 1, "of 2.19"),
        ("", 0, "a.b.c printed nothing and ended with exit code 0"),
        ("garbage", 1, "a.b.c printed no result, but 'garbage' and ended with exit code 1"),
        ("[1, 2]", 0, "a.b.c printed no result"),
        ("{not json}", 0, "a.b.c printed no result"),
        ("", -9, "a.b.c was killed by signal 9"),
        ('{"changed": true}', -11, "a.b.c was killed by signal 11"),
        ("{" * 100_000, 0, "a.b.c printed no result"),
        ("\ufffd\0", 0, "a.b.c printed no result"),
    ],
)
def test_failure(output: str, code: int, message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        read(NAME, {}, ended(output, code), 300)
    assert raised.value.message.startswith(message)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"timed_out": True}, "a.b.c did not finish within 5 s and was stopped"),
        ({"too_long": True}, "a.b.c printed too much output"),
    ],
)
def test_limits(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        read(NAME, {}, ended('{"changed": true}', **how), 5)
    assert raised.value.message.startswith(message)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("null", None),
        ('{"before": "a", "after": "a"}', None),
        (
            '{"before": "a", "after": "b", "before_header": "f"}',
            {"before": "a", "after": "b", "before_header": "f", "after_header": "f"},
        ),
        ('[{"before": "a", "after": "b"}, {}]', {"before": "a", "after": "b"}),
        ('[{"after": "b"}, {}]', {"before": "", "after": "b"}),
        ('{"prepared": "+x"}', {"prepared": "+x"}),
        (
            '[{"before": "a\\n", "after": "b\\n", "before_header": "f"},'
            ' {"before": {"mode": "1"}, "after": {"mode": "2"}}]',
            {
                "before": '--- f\na\n{\n  "mode": "1"\n}\n',
                "after": '--- f\nb\n{\n  "mode": "2"\n}\n',
            },
        ),
    ],
)
def test_diff(written: str, shown: dict[str, Any] | None) -> None:
    answer = read(NAME, {}, ended(f'{{"changed": true, "diff": {written}}}'), 300)
    assert answer.diff == shown


def test_warnings_are_kept() -> None:
    output = '{"changed": false, "warnings": ["one", {"event": {"msg": "two"}}, 3]}\njunk'
    warnings = read(NAME, {}, ended(output), 300).warnings
    assert warnings[:2] == ("one", "two")
    assert "junk" in warnings[2]


@pytest.mark.parametrize(
    ("returned", "rc", "output"),
    [
        ('"stdout": "text", "rc": 0', 0, "text"),
        ('"stdout": ""', None, ""),
        ('"stdout": ["text"], "rc": false', None, None),
        ('"stdout": null, "rc": "0"', None, None),
        (f'"stdout": "{"x" * 5000}"', None, "x" * 4000),
        ('"stderr": "text"', None, None),
    ],
)
def test_what_a_command_returns(returned: str, rc: int | None, output: str | None) -> None:
    answer = read(NAME, {}, ended(f'{{"changed": true, {returned}}}'), 300)
    assert (answer.rc, answer.output) == (rc, output)
