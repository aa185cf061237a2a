# SPDX-License-Identifier: GPL-3.0-or-later
"""One message for each change, also over restarts, and none delays a turn."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.watch.fleets import fleet, turn
from tests.unit.watch.notifications.test_delivery import eventually
from vigo_bridge.watch.notifications.notifier import Notifier
from vigo_bridge.watch.notifications.targets import read_targets


class Watcher:
    """A watcher's notifier in a folder of its own, with one command as its target."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.said: list[str] = []
        self.start()

    def start(self) -> None:
        self.notifier = self._started()

    def _started(self) -> Notifier:
        targets = read_targets([f"test ! -e {self._folder}/down && head -1 >>{self._folder}/got"])
        return Notifier(targets, "stack-1", "shop", self.said.append)

    def turn(self, number: int, word: str, *problems: str) -> None:
        """End a turn in which the only host is in a state."""
        self.notifier.turn_ended(fleet({"a": word}, number, *problems), (), turn(number))

    def restart(self) -> None:
        self.notifier.close()
        self.start()

    def got(self, count: int) -> list[str]:
        """Return the titles of all messages, once there are so many."""
        path = self._folder / "got"
        assert eventually(lambda: path.exists() and len(path.read_text().splitlines()) >= count)
        return path.read_text().splitlines()


@pytest.fixture
def watcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = Watcher(tmp_path)
    yield found
    found.notifier.close(1)


def state_file(folder: Path) -> Path:
    return folder / "state/vigo-bridge/controller/watch/stack-1.notifications.json"


def test_a_restart_announces_nothing_twice(watcher: Watcher) -> None:
    watcher.turn(1, "good")
    watcher.turn(2, "drift")
    watcher.got(1)
    watcher.restart()
    watcher.turn(3, "drift")
    watcher.turn(4, "good")
    watcher.restart()
    watcher.turn(5, "good")
    assert watcher.got(2) == ["shop: 1 host drifted", "shop: 1 host back to normal"]
    assert watcher.said == []


def test_a_change_while_it_was_stopped_is_announced(watcher: Watcher) -> None:
    watcher.turn(1, "drift")
    watcher.got(1)
    watcher.restart()
    watcher.turn(2, "good")
    assert watcher.got(2)[1] == "shop: 1 host back to normal"


def test_what_was_not_delivered_is_delivered_after_a_restart(
    watcher: Watcher, tmp_path: Path
) -> None:
    (tmp_path / "down").touch()
    watcher.turn(1, "drift")
    assert eventually(lambda: watcher.said != [])
    (tmp_path / "down").unlink()
    watcher.restart()
    assert watcher.got(1) == ["shop: 1 host drifted"]
    watcher.turn(2, "drift")
    assert eventually(lambda: json.loads(state_file(tmp_path).read_text())["waiting"] == {})


def test_a_turn_does_not_wait_for_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All turns end while the service answers the first message."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    targets = read_targets([f"while ! test -e {tmp_path}/go; do sleep 0.02; done"])
    notifier = Notifier(targets, "stack-1", "shop", lambda text: None)
    for number in range(1, 5):
        word = "good" if number % 2 else "drift"
        notifier.turn_ended(fleet({"a": word}, number), (), turn(number))
    assert next(iter(notifier.counts.values())).delivered == 0
    (tmp_path / "go").touch()
    notifier.close(20)
    assert next(iter(notifier.counts.values())).delivered == 3


def test_a_damaged_file_is_set_aside(watcher: Watcher, tmp_path: Path) -> None:
    watcher.turn(1, "drift")
    watcher.got(1)
    watcher.notifier.close()
    state_file(tmp_path).write_text('{"hosts": {"a": 1}, "waiting": {}}')
    watcher.start()
    assert [text for text in watcher.said if "is damaged" in text]
    watcher.turn(2, "good")  # it does not know what it said: the host is good


def test_a_full_disk_is_reported_once(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import errno

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("vigo_bridge.run.state_file.write_atomically", full)
        watcher.turn(1, "drift")
        watcher.turn(2, "good")
        watcher.got(2)
    (message,) = watcher.said
    assert "cannot store which notifications were sent" in message
    assert "the disk is full" in message


def test_the_state_file_has_no_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    targets = read_targets(["json://user:canary@127.0.0.1:1/canary"])
    notifier = Notifier(targets, "stack-1", "shop", lambda text: None)
    notifier.turn_ended(fleet({"a": "drift"}), (), turn())
    text = state_file(tmp_path).read_text()
    assert "1 host drifted" in text
    assert "canary" not in text
    assert state_file(tmp_path).stat().st_mode & 0o777 == 0o600
    begin = time.monotonic()
    notifier.close(0.1)
    assert time.monotonic() - begin < 30  # its attempt is ended, not waited for
