# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages are delivered to commands; failures are reported once and kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.watch.notifications import delivery as module
from vigo_bridge.watch.notifications.delivery import Mailbox, Parcel, deliver
from vigo_bridge.watch.notifications.sender import without_parts
from vigo_bridge.watch.notifications.targets import Target, read_targets

SECRET = "canary-in-a-url"


def parcel(number: int = 1, text: str = "a: shop/redis differs") -> Parcel:
    data = json.dumps({"number": number})
    return {"title": f"shop: {number}", "text": text, "severity": "warning", "data": data}


def target(value: str) -> Target:
    (found,) = read_targets([value])
    return found


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait for something that a thread does."""
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return condition()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which commands run; they write to it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_command_gets_text_and_json(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGO_SECRET_DB", "canary")
    command = 'cat >text; printf %s "$VIGO_BRIDGE_NOTIFICATION" >json; env >environment'
    assert deliver(target(command), parcel(text="$(touch harmed); `touch harmed`")) == ""
    assert (place / "text").read_text() == "shop: 1\n\n$(touch harmed); `touch harmed`\n"
    assert json.loads((place / "json").read_text()) == {"number": 1}
    assert "canary" not in (place / "environment").read_text()
    assert not (place / "harmed").exists()


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("true", ""),
        ("sleep 60 &", ""),
        ("exit 3", "exit code 3"),
        ("echo no such user >&2; exit 67", "exit code 67: no such user"),
        ("printf 'a\\033[2Jb\\nc'; exit 1", "exit code 1: a\\x1b[2Jb\\nc"),
        ("kill -9 $$", "exit code -9"),
        ("no-such-program", "exit code 127: "),
    ],
)
def test_commands(command: str, problem: str, place: Path) -> None:
    found = deliver(target(command), parcel())
    assert found == problem or (problem.endswith(" ") and found.startswith(problem))


def test_a_command_that_does_not_end(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended with what it has started."""
    monkeypatch.setattr(module, "LIMIT", 0.3)
    found = deliver(target("(sleep 1; touch late) & sleep 60"), parcel())
    assert found == "did not finish within 0.3 s"
    time.sleep(1.2)
    assert not (place / "late").exists()


def test_a_long_message_to_a_command_that_reads_nothing(place: Path) -> None:
    assert deliver(target("exit 0"), parcel(text="x" * 1_000_000)) == ""


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        ("Failed to send to hunter22.", "json://me:hunter22@host/abc", "Failed to send to ***."),
        ("host: token abcdef", "slack://abcdef/ghijkl?x=y", "host: token ***"),
        ("pass word", "json://u:pass%20word@h", "*** ***"),
        ("error=503", "json://localhost", "error=503"),
    ],
)
def test_no_part_of_a_url_is_shown(text: str, url: str, shown: str) -> None:
    assert without_parts(text, url) == shown


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def open_mailbox(said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a function that opens a mailbox, which tries again after a moment."""
    monkeypatch.setattr(module, "SHORTEST_WAIT", 0.05)
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.05)
    opened: list[Mailbox] = []

    def open_one(command: str, *waiting: Parcel) -> Mailbox:
        opened.append(Mailbox(target(command), waiting, said.append, lambda: None))
        return opened[-1]

    yield open_one
    for mailbox in opened:
        mailbox.close(5)


def test_messages_arrive_in_order(place: Path, open_mailbox: Any, said: list[str]) -> None:
    mailbox = open_mailbox("head -1 >>got", parcel(1), parcel(2))
    mailbox.put(parcel(3))
    assert eventually(lambda: mailbox.counts.delivered == 3)
    assert (place / "got").read_text() == "shop: 1\nshop: 2\nshop: 3\n"
    assert (said, mailbox.waiting) == ([], ())


def test_a_failure_is_reported_once_and_tried_again(
    place: Path, open_mailbox: Any, said: list[str]
) -> None:
    mailbox = open_mailbox("test -e works && cat >>got")
    mailbox.put(parcel(1))
    mailbox.put(parcel(2))
    assert eventually(lambda: mailbox.counts.failed >= 3)
    assert said == [
        "cannot notify target 1 (test): exit code 1; the message is kept and tried again"
    ]
    (place / "works").touch()
    assert eventually(lambda: mailbox.counts.delivered == 2)
    assert (place / "got").read_text().count("shop: ") == 2
    assert eventually(lambda: len(said) == 2)
    assert said[1] == "target 1 (test) gets notifications again"
    (place / "works").unlink()
    mailbox.put(parcel(3))
    assert eventually(lambda: len(said) == 3)


def test_no_more_than_some_are_kept(
    place: Path, open_mailbox: Any, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    mailbox = open_mailbox("test -e works && head -1 >>got")
    for number in range(5):
        mailbox.put(parcel(number))
    assert len(mailbox.waiting) == 3
    assert mailbox.counts.dropped == 2
    assert eventually(lambda: mailbox.counts.failed > 0)
    (place / "works").touch()
    assert eventually(lambda: len(said) == 3)
    assert said[2] == "target 1 (test): dropped 2 older messages, as more than 3 were waiting"
    assert eventually(lambda: mailbox.waiting == ())
    assert (place / "got").read_text() == "shop: 2\nshop: 3\nshop: 4\n"


def test_the_end_delivers_what_waits(place: Path, open_mailbox: Any) -> None:
    mailbox = open_mailbox("sleep 0.1; head -1 >>got")
    for number in range(3):
        mailbox.put(parcel(number))
    mailbox.close(20)
    assert (place / "got").read_text() == "shop: 0\nshop: 1\nshop: 2\n"


@pytest.mark.parametrize("command", ["sleep 60; touch late", "exit 1"])
def test_the_end_does_not_wait_for_a_service(place: Path, open_mailbox: Any, command: str) -> None:
    mailbox = open_mailbox(command)
    mailbox.put(parcel())
    mailbox.put(parcel())
    mailbox.close(0.1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("notify 1")]
    assert len(mailbox.waiting) == 2
