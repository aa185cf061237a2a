# SPDX-License-Identifier: GPL-3.0-or-later
"""Environmental problems such as a full disk: the message, and which resources are skipped."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge import run as envoy
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Refused
from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at, explained
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    Behaviour,
    Decision,
    Outcome,
    Pending,
    Turn,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.descriptor import TYPE as EXEC
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.applying import apply

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/srv/data")

#: An error of the system -> what is said of it.
ERRORS = {
    "a full disk": (FULL, "/srv/data: the disk is full; free some space"),
    "without a path": (
        OSError(errno.ENOSPC, "No space left on device"),
        "the disk is full; free some space",
    ),
    "a quota": (OSError(errno.EDQUOT, ""), "the disk quota is used up; free some space"),
    "read-only": (
        OSError(errno.EROFS, "Read-only file system", b"/srv"),
        "/srv: the file system is read-only; mount it writable",
    ),
    "a broken disk": (OSError(errno.EIO, ""), "the disk reports an error; see the kernel's log"),
    "open files": (
        OSError(errno.EMFILE, ""),
        "too many files are open; raise the limit of open files (ulimit -n)",
    ),
    "memory": (OSError(errno.ENOMEM, ""), "there is not enough memory; free some memory"),
    "permission": (
        PermissionError(errno.EACCES, "Permission denied", "/srv"),
        "/srv: Permission denied; use an account with this permission",
    ),
    "a descriptor for a path": (OSError(errno.ENOSPC, "", 3), "the disk is full; free some space"),
    "any other": (OSError(errno.ENOTDIR, "Not a directory", "/srv/x"), "/srv/x: Not a directory"),
    "without a number": (OSError("what is this"), "what is this"),
    "without a word": (TimeoutError(), "TimeoutError"),
}


@pytest.mark.parametrize(("error", "text"), ERRORS.values(), ids=ERRORS)
def test_in_words(error: OSError, text: str) -> None:
    assert explained(error) == text


def test_a_path_is_put_in_where_there_is_none() -> None:
    with pytest.raises(OSError, match="No space left on device: '/srv'"), at("/srv"):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OSError, match="No space left on device: '/srv/data'"), at("/srv"):
        raise FULL


class Fragile(Behaviour):
    """Fails in the step that its command names."""

    type = EXEC

    def parse(self, attributes: Mapping[str, Any]) -> str:
        return str(attributes["command"])

    def observe(self, spec: str, target: Target) -> None:
        self._step(spec, "observe")

    def decide(self, spec: str, observed: None, turn: Turn) -> Decision:
        return Decision("ran")

    def act(
        self, spec: str, observed: None, decision: Decision, target: Target
    ) -> Outcome | Pending:
        self._step(spec, "act")

        def wait() -> Outcome:
            self._step(spec, "wait")
            return Outcome()

        return Pending(wait)

    def _step(self, spec: str, step: str) -> None:
        if spec == step:
            raise FULL


@pytest.mark.parametrize("step", ["observe", "act", "wait"])
def test_in_any_step_of_a_resource(step: str) -> None:
    result = apply(Fragile(), {"command": step})
    assert result.action == "blocked"
    assert result.reason == "/srv/data: the disk is full; free some space"
    assert result.error == {"message": result.reason, "log": ""}


def fails(error: OSError) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


def test_what_cannot_be_asked_is_its_own_resources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Facts, "command_succeeds", fails(OSError(errno.EMFILE, "Too many open")))
    resources = [
        {"id": "c/a", "type": "exec", "command": "true", "when": "command_succeeds('true')"},
        {"id": "c/b", "type": "file", "target_path": str(tmp_path / "b")},
    ]
    a, b = envoy.converge({"resources": resources, "state_dir": str(tmp_path / "state")}, Target())
    assert (a.action, b.action) == ("blocked", "created")
    assert "too many files are open" in a.reason


#: Which write of the journal fails -> the actions of the run, and those of the next one.
JOURNALS = {
    1: (["blocked", "skipped", "created"], ["created", "ran", "none"]),
    2: (["created", "blocked", "created"], ["none", "ran", "none"]),
}


@pytest.mark.parametrize(("write", "actions"), JOURNALS.items())
def test_a_journal_that_cannot_be_written(
    write: int,
    actions: tuple[list[str], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What would not be delivered is not begun, and what was delivered may be once more."""
    resources = [
        {"id": "c/a", "type": "file", "target_path": str(tmp_path / "a"), "notify": "b"},
        {"id": "c/b", "type": "exec", "command": "true", "when": "changed"},
        {"id": "c/c", "type": "file", "target_path": str(tmp_path / "c")},
    ]
    arguments = {"resources": resources, "state_dir": str(tmp_path / "state")}
    real, left = StateFolder.write_json, write

    def write_json(self: StateFolder, name: str, value: Any) -> None:
        nonlocal left
        left -= name.startswith("journal")
        if left == 0:
            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", fails(OSError(errno.ENOSPC, "No space left")))
                return real(self, name, value)
        return real(self, name, value)

    monkeypatch.setattr(StateFolder, "write_json", write_json)
    results = envoy.converge(arguments, Target())
    assert [result.action for result in results] == actions[0]
    said = [result.reason for result in results if result.failed]
    assert len(said) == 1
    assert f"cannot use the state folder {tmp_path / 'state'}" in said[0]
    assert "the disk is full; free some space, or set state_dir" in said[0]
    again = [result.action for result in envoy.converge(arguments, Target())]
    assert again == actions[1]
    third = [result.action for result in envoy.converge(arguments, Target())]
    assert third == ["none", "skipped", "none"]


def test_a_folder_for_temporary_files_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("a\n")
    monkeypatch.setattr(tempfile, "TemporaryFile", fails(OSError(errno.ENOSPC, "", "/tmp")))
    result = apply(File(), {"target_path": str(path), "stream_edit": ["sed s/a/b/"]})
    assert (result.action, result.reason) == ("blocked", "/tmp: the disk is full; free some space")
    assert path.read_text() == "a\n"


@pytest.mark.parametrize("code", [errno.EMFILE, errno.EAGAIN, errno.ENOMEM])
def test_a_machine_that_can_start_nothing(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", fails(OSError(code, os.strerror(code))))
    result = apply(Exec(), {"command": "true"})
    assert result.action == "blocked"
    assert result.reason.startswith("the command could not be started: ")


def test_an_engine_whose_disk_is_full() -> None:
    said = "mkdir /var/lib/docker/overlay2/x: no space left on device"
    error = Refused(said, 500)
    assert error.status == "blocked"
    assert error.message.startswith(
        f"the disk is full where the engine keeps its data ({said}); free some space"
    )
    assert Refused("no such thing", 404).status == "failed"
