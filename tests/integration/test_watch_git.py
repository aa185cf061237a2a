# SPDX-License-Identifier: GPL-3.0-or-later
"""A watcher follows a Git repository."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.repositories.remote import Remote
from tests.integration.test_interrupt import Running, await_no_process_with
from tests.integration.watched_fleet import SITE, WatchedFleet, Watching, news


class GitFleet(WatchedFleet):
    """A fleet whose stack is in a repository, in the folder prod."""

    def __init__(self, folder: Path, count: int) -> None:
        super().__init__(folder, count)
        self.remote = Remote(folder / "shop.git")
        self.environment["GIT_CONFIG_GLOBAL"] = str(folder / "gitconfig")

    def commit(self, text: str, *, parents: list[str] | None = None) -> str:
        """Add a commit with the stack, with a text in it."""
        self.write_site(text)
        files = {
            f"prod/{path.relative_to(self.stack)}": path.read_bytes()
            for path in self.stack.rglob("*")
            if path.is_file()
        }
        return self.remote.commit(files, parents=parents)

    def watch_command(self, *arguments: str) -> list[str]:
        command = super().watch_command(*arguments)
        at = command.index("--stacks")
        command[at : at + 2] = ["--git", str(self.remote.folder), "--path", "prod"]
        return command


def messages(turn: dict[str, object]) -> str:
    fleet = turn["fleet"]
    assert isinstance(fleet, dict)
    return "\n".join(problem["message"] for problem in fleet["problems"])


def revision(watching: Watching) -> str:
    return str(watching.turn()["fleet"]["revision"])


@pytest.mark.sweep
def test_messages_name_the_repository(tmp_path: Path) -> None:
    fleet = GitFleet(tmp_path, 1)
    fleet.commit(SITE)
    url = str(fleet.remote.folder)
    watching = fleet.watch("--repair")
    watching.turn(ask=False)
    second = fleet(*fleet.watch_command()[3:])
    assert f"another watcher of {url} is running: " in second.err
    assert [record["of"] for record in fleet("history", "-o", "json").document] == [url]
    assert watching.stop() == 0

    watching = fleet.watch("--prune")
    unnamed = messages(watching.turn(ask=False))
    assert f"Create stack.vgo in {url} with these lines:\n  name: prod\n" in unnamed
    assert watching.stop() == 0

    (fleet.stack / "envoys.vgo").write_text("envoys: []\n")
    fleet.commit(SITE)
    watching = fleet.watch()
    assert f"no match entry of {url} matches h1" in messages(watching.turn(ask=False))
    assert watching.stop() == 0


def test_a_watcher_follows_a_branch(tmp_path: Path) -> None:
    fleet = GitFleet(tmp_path, 1)
    page = fleet.page("h1")
    first = fleet.commit(SITE)
    watching = fleet.watch("--repair")
    assert watching.turn(ask=False)["fleet"]["revision"] == first
    assert page.read_text() == "hello\n"
    assert watching.turn()["rollout"] is None

    second = fleet.commit(SITE.replace("hello", "second"))
    assert revision(watching) == second
    assert page.read_text() == "second\n"

    fleet.commit(SITE.replace("type: file", "type: fiel").replace("hello", "wrong"))
    wrong = watching.turn()
    assert news(wrong) == "stack problem"
    assert "prod/configcrates/site.vgo:5:11: error: " in messages(wrong)
    assert f"the stack {second} of" in messages(wrong)
    page.write_text("drift\n")
    watching.turn()
    assert page.read_text() == "second\n"

    rewritten = fleet.commit(SITE.replace("hello", "rewritten"), parents=[])
    assert "the history was rewritten" in messages(watching.turn())
    assert page.read_text() == "second\n"
    assert watching.stop() == 0

    watching = fleet.watch("--repair")
    assert "the history was rewritten" in messages(watching.turn(ask=False))
    accepted = fleet(*fleet.watch_command("--accept", rewritten[:10])[3:])
    assert (accepted.status, accepted.err) == (0, "")
    assert revision(watching) == rewritten
    assert page.read_text() == "rewritten\n"
    assert watching.stop() == 0


@pytest.mark.sweep
def test_a_repository_that_is_gone_for_a_turn(tmp_path: Path) -> None:
    fleet = GitFleet(tmp_path, 1)
    page = fleet.page("h1")
    fleet.commit(SITE)
    watching = fleet.watch("--repair")
    watching.turn(ask=False)
    fleet.remote.folder.rename(tmp_path / "gone")
    page.write_text("drift\n")
    assert "the repository does not exist" in messages(watching.turn())
    assert page.read_text() == "hello\n"
    (tmp_path / "gone").rename(fleet.remote.folder)
    assert messages(watching.turn()) == ""
    assert watching.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_git_outlives_a_watcher(tmp_path: Path, number: signal.Signals) -> None:
    """The server takes the connection, and never answers."""
    fleet = WatchedFleet(tmp_path, 1)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/{tmp_path.name}.git"
        command = fleet.watch_command("--git", url)
        at = command.index("--stacks")
        del command[at : at + 2]
        watcher = Running(command, {**os.environ, **fleet.environment})
        server.settimeout(60)
        connection, _ = server.accept()
        with connection:
            watcher.process.send_signal(number)
            watcher.end()
            await_no_process_with(tmp_path.name)
    assert watcher.process.returncode == (-9 if number is signal.SIGKILL else 0)
