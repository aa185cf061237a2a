# SPDX-License-Identifier: GPL-3.0-or-later
"""The exec resource, with real commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.exec.resource_type import Exec
from tests.unit.module_utils.applying import apply

EXEC = Exec()

#: attributes -> whether it is triggered -> action and reason
CASES: dict[str, tuple[dict[str, Any], bool, str, str]] = {
    "no guard": ({}, False, "ran", "it has no guard"),
    "onlyif holds": ({"onlyif": "true"}, False, "ran", "onlyif: `true` ended with exit code 0"),
    "onlyif fails": (
        {"onlyif": "false"},
        False,
        "skipped",
        "onlyif: `false` ended with exit code 1",
    ),
    "unless holds": ({"unless": "true"}, False, "skipped", "unless: `true` ended with exit code 0"),
    "unless fails": ({"unless": "false"}, False, "ran", "unless: `false` ended with exit code 1"),
    "both agree": (
        {"onlyif": "true", "unless": "false"},
        False,
        "ran",
        "onlyif: `true` ended with exit code 0; unless: `false` ended with exit code 1",
    ),
    "one of both refuses": (
        {"onlyif": "true", "unless": "true"},
        False,
        "skipped",
        "unless: `true` ended with exit code 0",
    ),
    "creates, missing": ({"creates": "/no/such"}, False, "ran", "creates: /no/such does not exist"),
    "creates, there": ({"creates": "/etc"}, False, "skipped", "creates: /etc exists"),
    "removes, missing": (
        {"removes": "/no/such"},
        False,
        "skipped",
        "removes: /no/such does not exist",
    ),
    "removes, there": ({"removes": "/etc"}, False, "ran", "removes: /etc exists"),
    "triggered, unless holds": ({"unless": "true"}, True, "ran", "triggered"),
    "triggered, onlyif fails": (
        {"onlyif": "false"},
        True,
        "skipped",
        "onlyif: `false` ended with exit code 1",
    ),
}


@pytest.mark.parametrize(("attributes", "triggered", "action", "reason"), CASES.values(), ids=CASES)
def test_guards(
    tmp_path: Path, attributes: dict[str, Any], triggered: bool, action: str, reason: str
) -> None:
    attributes = {"command": f"touch {tmp_path}/ran", **attributes}
    predicted = apply(EXEC, attributes, triggered=triggered, check=True)
    assert (predicted.action, predicted.reason) == (action, reason)
    assert not (tmp_path / "ran").exists()
    result = apply(EXEC, attributes, triggered=triggered)
    assert (result.action, result.reason) == (action, reason)
    assert (tmp_path / "ran").exists() == (action == "ran")


#: attributes -> action, exit code, a part of the output or of the message
RUNS: dict[str, tuple[dict[str, Any], str, int | None, str]] = {
    "output of both streams": ({"command": "echo a; echo b >&2"}, "ran", 0, "a\nb\n"),
    "exit code": ({"command": "exit 3"}, "failed", 3, "exit code 3 (accepted: 0)"),
    "accepted exit codes": ({"command": "exit 3", "returns": "0,3"}, "ran", 3, ""),
    "stdin": ({"command": "cat", "stdin": "x\ny"}, "ran", 0, "x\ny"),
    "no stdin": ({"command": "cat"}, "ran", 0, ""),
    "cwd": ({"command": "pwd", "cwd": "/usr"}, "ran", 0, "/usr\n"),
    "missing cwd": ({"command": "pwd", "cwd": "/no/such"}, "failed", None, "/no/such"),
    "environment": ({"command": "echo $A-$B", "environment": "A=1,2,B=3"}, "ran", 0, "1,2-3\n"),
    "timeout": ({"command": "sleep 60 & sleep 60", "timeout": "0.2"}, "failed", None, "within 0.2"),
    "unknown user": ({"command": "true", "user": "no-such"}, "failed", None, "does not exist"),
    "bad timeout": ({"command": "true", "timeout": "soon"}, "failed", None, "no length of time"),
    "empty command": ({"command": " "}, "failed", None, "command is missing"),
    "braces of others": ({"command": "echo '{{.State}}'"}, "ran", 0, "{{.State}}\n"),
    "a daemon left behind": ({"command": "sleep 30 & echo up"}, "ran", 0, "up\n"),
}


@pytest.mark.parametrize(("attributes", "action", "rc", "text"), RUNS.values(), ids=RUNS)
def test_run(attributes: dict[str, Any], action: str, rc: int | None, text: str) -> None:
    result = apply(EXEC, attributes)
    assert result.action == action
    if rc is not None:
        assert result.rc == rc
    assert text in (result.output if action == "ran" else result.reason)  # type: ignore[operator]


def test_long_output_keeps_its_end() -> None:
    result = apply(EXEC, {"command": "seq 1 100000"})
    assert result.output is not None
    assert result.output.startswith("[... earlier output was cut]\n")
    assert result.output.endswith("\n100000\n")
    assert len(result.output) < 66_000


def test_a_failure_shows_the_end_of_the_output() -> None:
    result = apply(EXEC, {"command": "echo why; exit 1"})
    assert result.error == {
        "message": "the command ended with exit code 1 (accepted: 0)",
        "log": "why\n",
    }


def test_secrets_reach_the_command_but_not_the_process_list_or_the_result() -> None:
    command = "ps -eo args | grep -c 'hunter2[2]'; echo secret:a/b; test $P = secret:a/b"
    attributes = {"command": command, "environment": {"P": "secret:a/b"}}
    result = apply(EXEC, attributes, secrets={"a/b": "hunter22"})
    assert (result.action, result.output) == ("ran", "0\n********\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may switch users")
def test_user() -> None:
    assert apply(EXEC, {"command": "id -un; echo $HOME", "user": "daemon"}).output == (
        "daemon\n/usr/sbin\n"
    )
