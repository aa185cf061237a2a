# SPDX-License-Identifier: GPL-3.0-or-later
"""The call of ansible-playbook that reads the logs of all hosts."""

from __future__ import annotations

import json
import queue
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.run import log_merge
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.log_merge import HostLine
from vigo_bridge.run.logs import LogRun, show_logs
from vigo_bridge.run.playbook import Event, Playbook
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets


class Viewer:
    """Keeps what is shown. lines can be awaited."""

    def __init__(self) -> None:
        self.shown: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.problems: dict[str, str] = {}
        self.notes: list[str] = []

    def lines(self, lines: Sequence[HostLine]) -> None:
        for each in lines:
            self.shown.put(f"{each.host} {each.line.text}")

    def problem(self, host: str, message: str) -> None:
        self.problems[host] = message

    def note(self, message: str) -> None:
        self.notes.append(message)


class Broken(Viewer):
    """Cannot show that hosts have no result."""

    def problem(self, host: str, message: str) -> None:
        raise OSError(32, "Broken pipe")


Play = Callable[[Playbook], str]


def show(
    private: Path, viewer: Viewer, play: Play, stop: Stop | None = None, **options: Any
) -> dict[str, str]:
    """Show the logs of two hosts. play: what happens while Ansible runs; returns its last lines."""
    run = LogRun(
        playbook=private / "logs.yml",
        inventory=["theirs", "ours"],
        hosts=["a", "b"],
        how=RunOptions(become=True, passwords={"BECOME": "file"}),
        secrets=Secrets({}, lambda paths: {}),
        private=private,
        follow=False,
        empty="nothing there",
    )
    used = stop or Stop(lambda text: None)

    def played(
        playbook: Playbook,
        on_event: Callable[[Event], None],
        on_output: Callable[[str], None],
        stop: Stop,
    ) -> str:
        on_event({"event": "runner_on_ok"})
        on_output("PLAY [all]")
        assert stop is used
        return play(playbook)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vigo_bridge.run.logs.play", played)
        return show_logs(replace(run, **options), viewer, used)


def send(playbook: Playbook, host: str, *times: int, until: int, containers: int = 1) -> None:
    """Send lines as the action of a host does."""
    lines = [[time, "web", "w/web", "stdout", str(time), False] for time in times]
    content = {"lines": lines, "problems": {}, "now": 0, "complete_until": until, "asked": 0}
    message = {"host": host, "kind": "page", "containers": containers, **content}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(playbook.environment["VIGO_BRIDGE_LOGS"])
        connection.sendall(json.dumps(message).encode() + b"\n")


def test_a_viewer_that_cannot_write(tmp_path: Path, hangups: None) -> None:
    """Its error is raised, after the run was ended."""
    with Stop(lambda text: None) as stop, pytest.raises(OSError, match="Broken pipe"):
        show(tmp_path, Broken(), lambda playbook: "", stop)
    assert stop.cut


#: whether to become root -> the last arguments
BECOME = {True: ["--become"], False: []}


@pytest.mark.parametrize(("become", "last"), BECOME.items())
def test_the_call(become: bool, last: list[str], tmp_path: Path) -> None:
    called: list[Playbook] = []
    files: set[str] = set()

    def play(playbook: Playbook) -> str:
        called.append(playbook)
        files.update(path.name for path in tmp_path.iterdir())
        for name in ("secrets.sock", "logs.sock"):
            assert (tmp_path / name).is_socket()
        assert (tmp_path / "results").is_dir()
        return ""

    how = RunOptions(become=become, passwords={"BECOME": "file"})
    show(tmp_path, Viewer(), play, how=how)
    environment = {
        **ansible_environment(),
        "BECOME": "file",
        "VIGO_BRIDGE_RESULTS": f"{tmp_path}/results",
        "VIGO_BRIDGE_SECRETS": f"{tmp_path}/secrets.sock",
        "VIGO_BRIDGE_LOGS": f"{tmp_path}/logs.sock",
    }
    arguments = ["--limit", f"@{tmp_path}/hosts.txt", "--forks", "2", *last]
    inventory = ["theirs", "ours"]
    assert called == [
        Playbook(tmp_path / "logs.yml", inventory, tmp_path / "runner", environment, arguments)
    ]
    assert files == {"hosts.txt", "results", "secrets.sock", "logs.sock"}
    assert (tmp_path / "hosts.txt").read_text() == "a\nb\n"


WITHOUT_RESULT = "Ansible exited without a result for this host:"
#: what Ansible printed last -> the error of hosts that have no result
COMPLAINTS = {
    "": WITHOUT_RESULT,
    "PLAY RECAP": f"{WITHOUT_RESULT}\nPLAY RECAP",
    "Missing sudo password": (
        f"{WITHOUT_RESULT}\nMissing sudo password\nGive the password with --ask-become-pass or"
        " --become-password-file, or allow the account to become root without a password"
    ),
}


@pytest.mark.parametrize(("complaint", "error"), COMPLAINTS.items())
def test_hosts_without_a_result(complaint: str, error: str, tmp_path: Path) -> None:
    viewer = Viewer()
    errors = show(tmp_path, viewer, lambda playbook: complaint)
    assert errors == viewer.problems == {"a": error, "b": error}


def test_an_error_of_the_run(tmp_path: Path) -> None:
    """It is raised; what hosts have sent was shown."""

    def play(playbook: Playbook) -> str:
        raise OSError(28, "No space left on device")

    viewer = Viewer()
    with pytest.raises(OSError, match="No space left"):
        show(tmp_path, viewer, play)
    assert viewer.problems == {"a": WITHOUT_RESULT, "b": WITHOUT_RESULT}


def test_an_interrupted_run_has_no_errors(tmp_path: Path) -> None:
    stop = Stop(lambda text: None)

    def play(playbook: Playbook) -> str:
        stop.cut = True
        return "interrupted"

    viewer = Viewer()
    assert show(tmp_path, viewer, play, stop) == viewer.problems == {}


def test_no_host_has_a_container(tmp_path: Path) -> None:
    def play(playbook: Playbook) -> str:
        for host in ("a", "b"):
            send(playbook, host, until=1, containers=0)
        return ""

    viewer = Viewer()
    show(tmp_path, viewer, play)
    assert viewer.notes == ["nothing there"]


def test_followed_lines_are_shown_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_merge, "LONGEST_AGE", 0.05)
    viewer = Viewer()

    def play(playbook: Playbook) -> str:
        send(playbook, "a", until=1)
        send(playbook, "b", 5, until=9)
        assert viewer.shown.get(timeout=30) == "b 5"
        return ""

    show(tmp_path, viewer, play, follow=True)
