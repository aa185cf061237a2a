# SPDX-License-Identifier: GPL-3.0-or-later
"""A watcher follows a Git repository over SSH, with a real sshd."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.integration.git_ssh_server import GitSshServer
from tests.integration.repositories.follower import Watcher
from tests.integration.repositories.remote import FILES, Remote
from tests.integration.test_interrupt import Running, await_no_process_with
from tests.integration.watched_fleet import WatchedFleet
from tests.testbed import TestbedError, debian

pytestmark = pytest.mark.integration


@pytest.fixture
def server(
    tmp_path: Path, aloud: Callable[[], AbstractContextManager[None]]
) -> Iterator[GitSshServer]:
    """Start a server; skip the test where sshd cannot be installed."""
    try:
        with aloud():
            debian.provide({"sshd": "openssh-server", "ssh": "openssh-client", "git": "git"})
    except TestbedError as error:
        pytest.skip(str(error))
    started = GitSshServer(tmp_path / "sshd")
    yield started
    started.stop()


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path / "shop.git")


@pytest.fixture
def watcher(server: GitSshServer, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(remote.folder.with_name("gitconfig")))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_SSH_COMMAND", server.command())
    return Watcher(server.url(remote.folder), remote.folder.parent)


def test_commits_and_outages(server: GitSshServer, remote: Remote, watcher: Watcher) -> None:
    for number in range(2):
        files = {**FILES, "templates/number": f"{number}".encode()}
        commit = remote.commit(files)
        assert watcher.files() == files
        assert watcher.good is not None
        assert watcher.good.revision.id == commit

    server.stop()
    assert "the server cannot be reached" in watcher.problem()
    server.start()
    rewritten = remote.commit(parents=[])
    assert "the history was rewritten" in watcher.problem()
    watcher.source().accept(rewritten)
    assert watcher.commit() == rewritten
    remote.folder.rename(remote.folder.with_name("gone"))
    assert "the repository does not exist" in watcher.problem()


def test_a_wrong_key(
    server: GitSshServer, remote: Remote, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.commit()
    monkeypatch.setenv("GIT_SSH_COMMAND", server.command("other_key"))
    assert "access denied; check the SSH key" in watcher.problem()


@pytest.mark.parametrize("known", ["", "[127.0.0.1]:{port} {key}"], ids=["unknown", "changed"])
def test_a_host_key_that_is_not_known(
    known: str, server: GitSshServer, remote: Remote, watcher: Watcher
) -> None:
    remote.commit()
    other = (server.folder / "other_key.pub").read_text()
    (server.folder / "known_hosts").write_text(known.format(port=server.port, key=other))
    assert "the SSH host key is unknown or has changed" in watcher.problem()


def test_no_ssh_outlives_a_killed_watcher(
    server: GitSshServer, remote: Remote, tmp_path: Path
) -> None:
    fleet = WatchedFleet(tmp_path / "fleet", 1)
    server.freeze()
    command = fleet.watch_command("--git", server.url(remote.folder))
    at = command.index("--stacks")
    del command[at : at + 2]
    environment = {**os.environ, **fleet.environment, "GIT_SSH_COMMAND": server.command()}
    running = Running(command, environment)
    mark = str(server.folder / "user_key_config")
    running.await_process(mark)
    running.process.send_signal(signal.SIGKILL)
    running.end()
    await_no_process_with(mark)
