# SPDX-License-Identifier: GPL-3.0-or-later
"""The exec resource, with real commands."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec import (
    behaviour as exec_behaviour,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
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
    "creates, a pattern": ({"creates": "/et[c]"}, False, "skipped", "creates: /et[c] exists"),
    "creates, a pattern in the midst": (
        {"creates": "/e*/hostname"},
        False,
        "skipped",
        "creates: /e*/hostname exists",
    ),
    "creates, no match": (
        {"creates": "/no*such"},
        False,
        "ran",
        "creates: /no*such does not exist",
    ),
    "removes, a pattern": (
        {"removes": "host?ame", "cwd": "/etc"},
        False,
        "ran",
        "removes: host?ame exists",
    ),
    "creates, relative": (
        {"creates": "hostname", "cwd": "/etc"},
        False,
        "skipped",
        "creates: hostname exists",
    ),
    "creates, a home": ({"creates": "~"}, False, "skipped", "creates: ~ exists"),
    "creates, the home of a user": (
        {"creates": "~bin/../hostname", "cwd": "/"},
        False,
        "ran",
        "creates: ~bin/../hostname does not exist",
    ),
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


def test_a_home_is_that_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    attributes = {"command": "touch done", "creates": "~/done", "cwd": "~"}
    assert [apply(EXEC, attributes).action for _ in range(2)] == ["ran", "skipped"]
    assert (tmp_path / "done").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may switch users")
@pytest.mark.parametrize("user", ["daemon", "1", 1])
def test_a_home_is_that_of_another_user(user: str | int) -> None:
    attributes = {"command": "id -un; pwd; echo $USER $HOME", "cwd": "~", "user": user}
    assert apply(EXEC, attributes).output == "daemon\n/usr/sbin\ndaemon /usr/sbin\n"
    assert apply(EXEC, {**attributes, "removes": "~/../sbin"}).action == "ran"
    assert apply(EXEC, {**attributes, "creates": "~/us*mod"}).action == "skipped"


def test_what_a_list_names_may_be_a_secret() -> None:
    result = apply(EXEC, {"command": ["echo", "secret:a/b"]}, secrets={"a/b": "hunter22"})
    assert (result.action, result.output) == ("ran", "********\n")
    assert result.diff is not None
    assert result.diff["after"] == "command: echo secret:a/b\n"


def test_a_list_in_the_background(tmp_path: Path) -> None:
    result = apply(EXEC, {"command": ["touch", f"{tmp_path}/a b"], "background": True})
    assert result.action == "ran"
    for _ in range(100):
        if (tmp_path / "a b").exists():
            return
        time.sleep(0.05)
    raise AssertionError("it did not run")


@pytest.mark.parametrize("check", [True, False])
def test_a_triggered_command_does_not_even_ask_unless(tmp_path: Path, check: bool) -> None:
    asked = {"unless": f"touch {tmp_path}/unless", "onlyif": f"touch {tmp_path}/onlyif"}
    result = apply(EXEC, {"command": "true", **asked}, triggered=True, check=check)
    assert (result.action, result.reason) == ("ran", "triggered")
    assert [entry.name for entry in tmp_path.iterdir()] == ["onlyif"]


def test_the_diff_has_the_command_and_its_guards() -> None:
    attributes = {
        "command": "echo secret:a/b\ntrue\n",
        "cwd": "/usr",
        "creates": "/no/such",
        "onlyif": "true",
    }
    for check in (True, False):
        result = apply(EXEC, attributes, secrets={"a/b": "hunter22"}, check=check)
        assert result.diff == {
            "before": "",
            "after": (
                "command: echo secret:a/b\n  true\ncwd: /usr\ncreates: /no/such\nonlyif: true\n"
            ),
        }
    assert apply(EXEC, {**attributes, "unless": "true"}).diff is None


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


def test_long_output_keeps_its_end() -> None:
    result = apply(EXEC, {"command": "seq 1 100000"})
    assert result.output is not None
    assert result.output.startswith("[... earlier output was removed]\n")
    assert result.output.endswith("\n100000\n")
    assert len(result.output) < 66_000


def test_a_failure_shows_the_end_of_the_output() -> None:
    result = apply(EXEC, {"command": "echo why; exit 1"})
    assert result.error == {
        "message": "the command failed with exit code 1 (accepted: 0); see its output, or accept"
        " it with `returns`",
        "log": "why\n",
    }


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may switch users")
def test_user() -> None:
    assert apply(EXEC, {"command": "id -un; echo $HOME", "user": "daemon"}).output == (
        "daemon\n/usr/sbin\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may switch users")
@pytest.mark.parametrize("user", [54321, "54321", "054321"])
def test_a_number_without_an_account(user: int | str) -> None:
    """It has no rights but its own: the group of the same number, and no other."""
    command = "id -u; id -G; echo $USER $LOGNAME $HOME; cat {{secret_file}}"
    attributes = {"command": command, "user": user, "secret_file": "secret:a/b", "cwd": "/"}
    result = apply(EXEC, {**attributes, "onlyif": "test $(id -u) = 54321"}, secrets={"a/b": "hid"})
    assert result.output == "54321\n54321\n54321 54321 /\n********"


@pytest.mark.parametrize(
    ("attributes", "advice"),
    [
        ({"command": "echo a; exit 3"}, "; see its output, or accept it with `returns`"),
        (
            {"command": "exit 3"},
            "it printed nothing; correct the command, or accept it with `returns`",
        ),
        (
            {"command": "echo a; exit 3", "logoutput": False},
            "to see its output, set logoutput to on_failure, or accept it with `returns`",
        ),
    ],
)
def test_a_failure_says_where_its_output_is(attributes: dict[str, Any], advice: str) -> None:
    result = apply(EXEC, attributes)
    assert result.reason.startswith("the command failed with exit code 3 (accepted: 0); ")
    assert advice in result.reason


@pytest.mark.parametrize(
    ("logoutput", "output", "log"),
    [(True, "a\n", "a\n"), (False, None, ""), ("on_failure", None, "a\n")],
)
def test_logoutput(logoutput: bool | str, output: str | None, log: str) -> None:
    assert apply(EXEC, {"command": "echo a", "logoutput": logoutput}).output == output
    failed = apply(EXEC, {"command": "echo a; false", "logoutput": logoutput})
    assert failed.error is not None
    assert failed.error["log"] == log


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


def test_a_command_in_the_background_outlives_us_and_is_nobodys_zombie(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        result = apply(EXEC, {"command": "sleep 60", "background": True})
        (tmp_path / "output").write_text(result.output or "")
        os._exit(0)
    os.waitpid(child, 0)
    started, _, pid = (tmp_path / "output").read_text().strip().rpartition(" ")
    assert started == "started in the background with pid"
    status = Path(f"/proc/{pid}/status").read_text()
    assert "PPid:\t" + str(os.getpid()) not in status
    assert "State:\tZ" not in status
    os.kill(int(pid), 9)


def test_a_timeout_ends_the_whole_group_also_who_ignores_it(tmp_path: Path) -> None:
    stubborn = "trap '' TERM; echo $$ >> pids; while :; do sleep 1; done"
    command = f'cd {tmp_path}; sh -c "{stubborn.replace("$", chr(92) + "$")}" & {stubborn}'
    result = apply(EXEC, {"command": command, "timeout": "1"})
    assert "did not finish within 1 s" in result.reason
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) == 2
    assert not [pid for pid in pids if _is_alive(pid)]


def _is_alive(pid: str) -> bool:
    """Return whether a process lives. A killed one may wait for its new parent for a moment."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_output_of_a_gigabyte_needs_little_memory() -> None:
    child = os.fork()
    if child == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = apply(EXEC, {"command": "head -c 1G /dev/zero; echo end"})
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        right = result.action == "ran" and str(result.output).endswith("end\n")
        os._exit(7 if right and grown < 20 * 1024 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may switch users")
def test_another_user_reads_its_secret_file_and_secret_command() -> None:
    result = apply(
        EXEC,
        {
            "command": "id -un; cat {{secret_file}}; echo; test secret:a/b = hunter22",
            "secret_file": "secret:a/b!",
            "user": "daemon",
        },
        secrets={"a/b": "hunter22"},
    )
    assert (result.action, result.output) == ("ran", "daemon\n********!\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may switch users")
def test_only_root_may_switch_users() -> None:
    child = os.fork()
    if child == 0:
        os.setuid(1)
        switched = apply(EXEC, {"command": "true", "user": "root"})
        same = apply(EXEC, {"command": "true", "user": "daemon"})
        raised = apply(EXEC, {"command": "true", "nice": -5})
        right = "run with become" in switched.reason and "run with become" in raised.reason
        os._exit(7 if right and same.action == "ran" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_process_that_not_even_a_kill_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that waits for a network file system that is gone."""

    class Stuck(subprocess.Popen):  # type: ignore[type-arg]
        def wait(self, timeout: float | None = None) -> int:
            assert timeout is not None, "this would never end"
            raise subprocess.TimeoutExpired("sh", timeout)

        def poll(self) -> int | None:
            return None

    monkeypatch.setattr(subprocess, "Popen", Stuck)
    result = apply(Exec(), {"command": "sleep 60", "timeout": "100ms"})
    assert result.action == "failed"
    assert "did not finish within 0.1 s" in result.reason
