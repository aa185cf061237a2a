# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of programs, and the result of the resource."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.process import Finished
from ansible_collections.vigo.bridge.plugins.module_utils.types.custom.answer import read

#: what it prints, whether in a dry run -> the action
ANSWERS: list[tuple[str, bool, str]] = [
    ('{"action": "created", "changed": true}', False, "created"),
    ('{"action": "updated", "changed": true}', False, "updated"),
    ('{"action": "deleted", "changed": true}', False, "deleted"),
    ('{"action": "skipped", "changed": false}', False, "skipped"),
    ('{"action": "none", "changed": false}', False, "none"),
    ('\n {"action": "none"}\n\n', False, "none"),
    ('{"action": "created"}', False, "created"),
    ('{"changed": true}', False, "updated"),
    ('{"changed": false}', False, "none"),
    ('{"changed": true, "error": ""}', False, "updated"),
    ('{"changed": true, "error": null, "more": [1]}', False, "updated"),
    ('{"action": "created", "changed": false}', True, "created"),
    ('{"action": "created", "changed": true}', True, "created"),
]

USE = 'print {"action": "none", "changed": false} and nothing else on its standard output'
INVALID = "executor x printed an invalid result: "
#: exit code, what it prints -> the message
FAILURES: list[tuple[int, str, str]] = [
    (0, '{"error": "disk full"}', "disk full"),
    (0, '{"action": "updated", "changed": true, "error": "half done"}', "half done"),
    (3, '{"error": "no license"}', "no license"),
    (0, '{"error": ["a", 1]}', '["a", 1]'),
    (0, '{"error": true}', "true"),
    (3, "", "executor x failed with exit code 3; see its output"),
    (3, "oops", "executor x failed with exit code 3; see its output"),
    (3, '{"action": "none"}', "executor x failed with exit code 3; see its output"),
    (-9, "", "executor x was killed by signal 9"),
    (0, "", f"{INVALID}it printed nothing; {USE}"),
    (0, "done\n", f"{INVALID}'done' is not a JSON object; {USE}"),
    (0, "[1]", f"{INVALID}'[1]' is not a JSON object; {USE}"),
    (0, "null", f"{INVALID}'null' is not a JSON object; {USE}"),
    (0, '{"action": "none"} {}', f'{INVALID}\'{{"action": "none"}} {{}}\' is not a JSON'),
    (0, 'hello\n{"action": "none"}', f'{INVALID}\'hello\\n{{"action": "none"}}\' is not a JSON'),
    (0, '{"action": "none"', f'{INVALID}\'{{"action": "none"\' is not a JSON object; {USE}'),
    (0, "[" * 100000, f"{INVALID}'{'[' * 200}' is not a JSON object; {USE}"),
    (0, "{}", f"{INVALID}it has neither action nor changed; {USE}"),
    (0, '{"action": "update"}', f"{INVALID}unknown action \"update\"; did you mean 'updated'?"),
    (0, '{"action": 1}', f"{INVALID}unknown action 1; use one of created, updated, deleted, non"),
    (
        0,
        '{"action": []}',
        f"{INVALID}unknown action []; use one of created, updated, deleted, none",
    ),
    (
        0,
        '{"action": "none", "changed": "no"}',
        f'{INVALID}changed is "no", which is neither true nor false; {USE}',
    ),
    (
        0,
        '{"action": "none", "changed": true}',
        f"{INVALID}action none contradicts changed true; {USE}",
    ),
    (
        0,
        '{"action": "created", "changed": false}',
        f"{INVALID}action created contradicts changed false; {USE}",
    ),
]


@pytest.mark.parametrize(("printed", "dry_run", "action"), ANSWERS)
def test_answers(printed: str, dry_run: bool, action: str) -> None:
    finished = Finished(0, printed, stdout=printed)
    assert read("x", finished, 5, dry_run).action == action


@pytest.mark.parametrize(("code", "printed", "message"), FAILURES)
def test_failures(code: int, printed: str, message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        read("x", Finished(code, printed, False, printed, "to stderr\n"), 5, dry_run=False)
    assert raised.value.message.startswith(message)
    assert raised.value.rc == (None if code < 0 else code)
    log = "to stderr\n" if '"error"' in printed else f"to stderr\n{printed}"
    assert raised.value.log == log


def test_a_failure_without_output() -> None:
    with pytest.raises(ResourceError) as raised:
        read("x", Finished(3, "", stdout=" \n"), 5, dry_run=False)
    assert raised.value.message == "executor x failed with exit code 3; it printed nothing"


def test_nothing_is_done_in_a_dry_run_that_says_it_changed_something() -> None:
    printed = '{"action": "none", "changed": true}'
    with pytest.raises(ResourceError, match="contradicts"):
        read("x", Finished(0, printed, stdout=printed), 5, dry_run=True)


def test_a_program_that_hangs() -> None:
    with pytest.raises(ResourceError) as raised:
        read("x", Finished(-15, "", True, "", "waiting"), 5, dry_run=False)
    assert raised.value.message == (
        "executor x did not end within 5 s and was stopped; set timeout higher"
    )
    assert raised.value.log == "waiting"
