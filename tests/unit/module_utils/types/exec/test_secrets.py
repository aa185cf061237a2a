# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of a command: who sees them, and how long its file exists."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec import (
    behaviour as exec_behaviour,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from tests.unit.module_utils.applying import apply

EXEC = Exec()


def test_what_a_list_names_may_be_a_secret() -> None:
    result = apply(EXEC, {"command": ["echo", "secret:a/b"]}, secrets={"a/b": "hunter22"})
    assert (result.action, result.output) == ("ran", "********\n")
    assert result.diff is not None
    assert result.diff["after"] == "command: echo secret:a/b\n"


def test_secrets_reach_the_command_but_not_the_process_list_or_the_result() -> None:
    seen = "cat /proc/[0-9]*/cmdline 2>/dev/null | grep -ac 'hunter2[2]'"
    command = f"{seen}; echo secret:a/b; test $P = secret:a/b"
    attributes = {"command": command, "environment": {"P": "secret:a/b"}}
    result = apply(EXEC, attributes, secrets={"a/b": "hunter22"})
    assert (result.action, result.output) == ("ran", "0\n********\n")


@pytest.mark.parametrize("guard", ["onlyif", "unless"])
def test_secrets_of_a_guard_are_not_in_the_process_list(guard: str) -> None:
    seen = "cat /proc/[0-9]*/cmdline 2>/dev/null | grep -aq 'hunter2[2]'"
    command = f"{seen}; seen=$?; test secret:a/b = $P && test $seen = 1"
    attributes = {"command": "true", "environment": {"P": "secret:a/b"}}
    result = apply(EXEC, {**attributes, guard: command}, secrets={"a/b": "hunter22"})
    assert result.action == ("ran" if guard == "onlyif" else "skipped")
    assert "hunter22" not in result.reason


def test_secrets_in_the_background_are_not_in_the_process_list() -> None:
    attributes = {"command": "sleep 1 # secret:a/b", "background": True}
    assert apply(EXEC, attributes, secrets={"a/b": "hunter22"}).action == "ran"
    listed = subprocess.run(
        ["sh", "-c", "cat /proc/[0-9]*/cmdline"], capture_output=True, check=False
    )
    assert b"hunter22" not in listed.stdout


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "secret_file cannot be written: the disk is full; free some space"),
        (errno.EACCES, "secret_file cannot be written: Permission denied; use an account"),
        (errno.EPERM, "secret_file cannot be written: Operation not permitted; run with become"),
    ],
)
def test_a_secret_file_that_cannot_be_written(
    code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(content: str, user: str | None) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(exec_behaviour, "secret_file", refuse)
    result = apply(EXEC, {"command": "cat {{secret_file}}", "secret_file": "x"})
    assert result.action in ("failed", "blocked")
    assert result.reason.startswith(message)


@pytest.mark.parametrize("end", ["true", "exit 1", "sleep 60"])
def test_the_secret_file_is_removed(tmp_path: Path, end: str) -> None:
    command = (
        f"echo {{{{secret_file}}}} > {tmp_path}/path; cp {{{{secret_file}}}} {tmp_path}/copy; {end}"
    )
    attributes = {"command": command, "secret_file": "key=secret:a/b", "timeout": "1"}
    result = apply(EXEC, attributes, secrets={"a/b": "hunter22"})
    assert (tmp_path / "copy").read_text() == "key=hunter22"
    assert not Path((tmp_path / "path").read_text().strip()).exists()
    assert "hunter22" not in str(result)


def test_a_secret_file_that_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    command = f"echo {{{{secret_file}}}} > {tmp_path}/path"
    child = os.fork()
    if child == 0:
        apply(EXEC, {"command": f"{command}; kill -9 {os.getpid()}", "secret_file": "x"})
        os._exit(1)
    os.waitpid(child, 0)
    left = Path((tmp_path / "path").read_text().strip())
    assert left.exists()
    apply(EXEC, {"command": command, "secret_file": "x"})
    assert not left.exists()


#: how a command gets a text with a byte that is not UTF-8 -> the command that shows its bytes
OTHER_BYTES = {"stdin": "od -An -tx1", "secret_file": "od -An -tx1 {{secret_file}}"}


@pytest.mark.parametrize(("name", "command"), OTHER_BYTES.items())
def test_bytes_that_are_not_utf_8_reach_the_command(name: str, command: str) -> None:
    given = {"command": command, name: "secret:a/b\udce4"}
    result = apply(EXEC, given, secrets={"a/b": "x\udcff"})
    assert (result.output or "").split() == ["78", "ff", "e4"]
