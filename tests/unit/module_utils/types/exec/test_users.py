# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of another user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from tests.unit.module_utils.applying import apply

EXEC = Exec()


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
