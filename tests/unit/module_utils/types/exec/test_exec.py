# SPDX-License-Identifier: GPL-3.0-or-later
"""Real commands: what they are given, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from tests.unit.module_utils.applying import apply

EXEC = Exec()

#: attributes -> action, exit code, a part of the output or of the message
RUNS: dict[str, tuple[dict[str, Any], str, int | None, str]] = {
    "output of both streams": ({"command": "echo a; echo b >&2"}, "ran", 0, "a\nb\n"),
    "exit code": ({"command": "exit 3"}, "failed", 3, "or accept it with `returns`"),
    "accepted exit codes": ({"command": "exit 3", "returns": "0,3"}, "ran", 3, ""),
    "stdin": ({"command": "cat", "stdin": "x\ny"}, "ran", 0, "x\ny"),
    "no stdin": ({"command": "cat"}, "ran", 0, ""),
    "cwd": ({"command": "pwd", "cwd": "/usr"}, "ran", 0, "/usr\n"),
    "missing cwd": (
        {"command": "pwd", "cwd": "/no/such"},
        "failed",
        None,
        "in the folder '/no/such': No such file or directory; correct cwd",
    ),
    "a long command": (
        {"command": "true #" + "x" * 200000},
        "failed",
        None,
        "long strings with stdin",
    ),
    "secret_file for an unknown user": (
        {"command": "cat {{secret_file}}", "secret_file": "x", "user": "no-such"},
        "failed",
        None,
        "user 'no-such' does not exist on this machine; create it first",
    ),
    "environment": ({"command": "echo $A-$B", "environment": "A=1,2,B=3"}, "ran", 0, "1,2-3\n"),
    "timeout": ({"command": "sleep 60 & sleep 60", "timeout": "0.2"}, "failed", None, "within 0.2"),
    "unknown user": ({"command": "true", "user": "no-such"}, "failed", None, "does not exist"),
    "bad timeout": ({"command": "true", "timeout": "soon"}, "failed", None, "not a duration"),
    "NUL in the command": ({"command": "echo \0"}, "failed", None, "not allowed; remove it"),
    "NUL in the user": ({"command": "id", "user": "a\0"}, "failed", None, "user contains a NUL"),
    "NUL in a guard": (
        {"command": "id", "creates": "a\0"},
        "failed",
        None,
        "creates contains a NUL",
    ),
    "odd variable": (
        {"command": "id", "environment": {"A=B": "1"}},
        "failed",
        None,
        "invalid variable name 'A=B'",
    ),
    "variable without a name": (
        {"command": "id", "environment": "=1"},
        "failed",
        None,
        "invalid variable name",
    ),
    "cwd is a file": ({"command": "id", "cwd": "/etc/passwd"}, "failed", None, "Not a directory"),
    "too long a command": ({"command": ":" * 3_000_000}, "failed", None, "Argument list too long"),
    "no text but true": ({"command": True}, "ran", 0, ""),
    "a number that no user can have": (
        {"command": "id", "user": 4294967295},
        "failed",
        None,
        "user: 4294967295 is larger than the maximum ID",
    ),
    "a long number as user": ({"command": "id", "user": "9" * 5000}, "failed", None, "is larger"),
    "a negative number as user": ({"command": "id", "user": -2}, "failed", None, "user '-2' does"),
    "a number with _ as user": ({"command": "id", "user": "1_0"}, "failed", None, "does not exist"),
    "the home of a number": (
        {"command": "id", "user": 54321, "cwd": "~/x"},
        "failed",
        None,
        "cwd: user 54321 has no account on this machine, so '~/x' cannot be resolved",
    ),
    "a list as command": ({"command": ["echo", "a  b", "$HOME", "*"]}, "ran", 0, "a  b $HOME *\n"),
    "a list with empty words": ({"command": ["printf", "[%s]", "", " "]}, "ran", 0, "[][ ]"),
    "a list with numbers": ({"command": ["echo", 1, 1.5, True]}, "ran", 0, "1 1.5 true\n"),
    "a list with a line break": ({"command": ["printf", "%s", "a\nb\n"]}, "ran", 0, "a\nb\n"),
    "a list with stdin": ({"command": ["cat", "-"], "stdin": "x"}, "ran", 0, "x"),
    "a list with a secret_file": (
        {"command": ["cat", "{{secret_file}}"], "secret_file": "x"},
        "ran",
        0,
        "x",
    ),
    "a list in a folder": ({"command": ["pwd"], "cwd": "/usr"}, "ran", 0, "/usr\n"),
    "a list that fails": ({"command": ["false"]}, "failed", 1, "exit code 1"),
    "a program that is not there": (
        {"command": ["no-such-program", "-v"], "cwd": "/usr"},
        "failed",
        None,
        "could not be started: 'no-such-program': No such file or directory; correct its name",
    ),
    "a file that is no program": ({"command": ["/etc/passwd"]}, "failed", None, "Permission"),
    "an empty list": ({"command": []}, "failed", None, "command is missing or empty"),
    "a list of blanks": ({"command": [" "]}, "failed", None, "command is missing or empty"),
    "a null in a list": (
        {"command": ["echo", None]},
        "failed",
        None,
        'command: item 2: expected a string, not null; use "" for an empty value',
    ),
    "a list in a list": (
        {"command": ["echo", ["a"]]},
        "failed",
        None,
        "command: item 2: expected a string, not a list; write it as one quoted string",
    ),
    "a map as command": (
        {"command": {"a": "b"}},
        "failed",
        None,
        "command: expected a string, not a mapping; write it as one quoted string",
    ),
    "a map as stdin": ({"command": "cat", "stdin": {"a": 1}}, "failed", None, "stdin: expected a"),
    "a list as secret_file": (
        {"command": "cat {{secret_file}}", "secret_file": ["a"]},
        "failed",
        None,
        "secret_file: expected a string, not a list",
    ),
    "a list as guard": ({"command": "id", "unless": ["a"]}, "failed", None, "unless: expected a"),
    "a map as variable": (
        {"command": "id", "environment": {"A": {"b": 1}}},
        "failed",
        None,
        "environment: A: expected a string, not a mapping; write it as one quoted string",
    ),
    "a map as one of the variables": (
        {"command": "id", "environment": [{"A": 1}]},
        "failed",
        None,
        "environment: item 1: expected a string, not a mapping; write NAME=VALUE",
    ),
    "variables that are no texts": (
        {"command": "echo $A $B $C", "environment": {"A": True, "B": 1.5, "C": None}},
        "ran",
        0,
        "true 1.5\n",
    ),
    "variables with blanks": (
        {"command": 'printf %s "[$A][$B]"', "environment": ["A= x\n\n", " B=y "]},
        "ran",
        0,
        "[ x\n\n][y ]",
    ),
    "bytes that are no text": ({"command": "cat", "stdin": "a\0b"}, "ran", 0, "a\0b"),
    "empty command": ({"command": " "}, "failed", None, "command is missing"),
    "braces of others": ({"command": "echo '{{.State}}'"}, "ran", 0, "{{.State}}\n"),
    "logoutput no, success": ({"command": "echo a", "logoutput": False}, "ran", 0, ""),
    "logoutput odd": ({"command": "true", "logoutput": "maybe"}, "failed", None, "neither true"),
    "nice": ({"command": "nice", "nice": 5}, "ran", 0, ""),
    "a quotient as nice": ({"command": "nice", "nice": 10 / 2}, "ran", 0, ""),
    "a list as nice": ({"command": "true", "nice": [1]}, "failed", None, "nice: expected a string"),
    "too nice": ({"command": "nice", "nice": 20}, "failed", None, "from -20 to 19"),
    "binary output": ({"command": "printf 'a\\377\\000b'"}, "ran", 0, "a\ufffd\0b"),
    "secret_file not used": (
        {"command": "true", "secret_file": "x"},
        "failed",
        None,
        "add {{secret_file}} for",
    ),
    "secret_file": ({"command": "cat {{secret_file}}", "secret_file": "x"}, "ran", 0, "x"),
    "secret_file with spaces": (
        {"command": "stat -c %a {{ secret_file }}", "secret_file": "x"},
        "ran",
        0,
        "600\n",
    ),
    "stdin in the background": (
        {"command": "cat", "stdin": "x", "background": True},
        "failed",
        None,
        "a background command cannot use stdin or secret_file",
    ),
    "a secret_file in the background": (
        {"command": "cat {{secret_file}}", "secret_file": "", "background": True},
        "failed",
        None,
        "a background command cannot use stdin or secret_file",
    ),
    "odd background": ({"command": "cat", "background": "so"}, "failed", None, "neither true"),
    "not reading a long stdin": ({"command": "true", "stdin": "x" * 10**6}, "ran", 0, ""),
    "a daemon left behind": ({"command": "sleep 30 & echo up"}, "ran", 0, "up\n"),
}


@pytest.mark.parametrize(("attributes", "action", "rc", "text"), RUNS.values(), ids=RUNS)
def test_run(attributes: dict[str, Any], action: str, rc: int | None, text: str) -> None:
    result = apply(EXEC, attributes)
    assert result.action == action
    if rc is not None:
        assert result.rc == rc
    assert text in ((result.output or "") if action == "ran" else result.reason)
