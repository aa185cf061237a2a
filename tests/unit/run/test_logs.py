# SPDX-License-Identifier: GPL-3.0-or-later
"""The call of ansible-playbook that reads the logs of all hosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.log_merge import HostLine
from vigo_bridge.run.logs import LogRun, show_logs
from vigo_bridge.run.playbook import Event, Playbook
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets


class Viewer:
    """Keeps the messages; the hosts send no lines."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    def lines(self, lines: Sequence[HostLine]) -> None:
        raise AssertionError(lines)

    def problem(self, host: str, message: str) -> None:
        self.problems[host] = message

    def note(self, message: str) -> None:
        raise AssertionError(message)


class Broken(Viewer):
    """Cannot show that hosts have no result."""

    def problem(self, host: str, message: str) -> None:
        raise OSError(32, "Broken pipe")


def test_a_viewer_that_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangups: None
) -> None:
    """Its error is raised, after the run was ended."""
    monkeypatch.setattr("vigo_bridge.run.logs.play", lambda *_: "")
    run = LogRun(
        playbook=tmp_path / "logs.yml",
        inventory=[],
        hosts=["a"],
        how=RunOptions(),
        secrets=Secrets({}, lambda paths: {}),
        private=tmp_path,
        follow=False,
    )
    with Stop(lambda text: None) as stop, pytest.raises(OSError, match="Broken pipe"):
        show_logs(run, Broken(), stop)
    assert stop.cut


def test_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can ask for secrets and send lines; hosts without a result have an error."""
    called: list[Playbook] = []

    def play(
        playbook: Playbook,
        on_event: Callable[[Event], None],
        on_output: Callable[[str], None],
        stop: Stop,
    ) -> str:
        for name in ("VIGO_BRIDGE_SECRETS", "VIGO_BRIDGE_LOGS"):
            assert Path(playbook.environment[name]).is_socket()
        assert Path(playbook.environment["VIGO_BRIDGE_RESULTS"]).is_dir()
        called.append(playbook)
        return "PLAY RECAP"

    monkeypatch.setattr("vigo_bridge.run.logs.play", play)
    run = LogRun(
        playbook=tmp_path / "logs.yml",
        inventory=["theirs", "ours"],
        hosts=["a", "b"],
        how=RunOptions(become=True, passwords={"BECOME": "file"}),
        secrets=Secrets({}, lambda paths: {}),
        private=tmp_path,
        follow=False,
    )
    viewer = Viewer()
    errors = show_logs(run, viewer, Stop(lambda text: None))
    (playbook,) = called
    assert (playbook.path, playbook.inventory) == (run.playbook, run.inventory)
    assert playbook.environment["BECOME"] == "file"
    assert playbook.environment["VIGO_BRIDGE_RESULTS"] == str(tmp_path / "results")
    assert playbook.arguments == ["--limit", f"@{tmp_path}/hosts.txt", "--forks", "2", "--become"]
    assert (tmp_path / "hosts.txt").read_text() == "a\nb\n"
    said = "Ansible exited without a result for this host:\nPLAY RECAP"
    assert errors == viewer.problems == dict.fromkeys(run.hosts, said)
