# SPDX-License-Identifier: GPL-3.0-or-later
"""Which data of rollouts is stored, and for how long; one rollout of a stack at a time."""

from __future__ import annotations

import getpass
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.full_disk import fill_disk
from vigo_bridge.run.history import History, Record
from vigo_bridge.run.state import (
    RolloutRunning,
    one_rollout,
    one_watcher,
    running_rollout,
    stack_key,
)


def add(history: History, key: str = "shop") -> Record:
    return history.add(2, command="run", subject="/srv/shop", key=key, fingerprint="f")


def test_the_last_of_a_key(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    assert history.last("shop") is None
    add(history)
    second, other = add(history), add(history, "blog")
    assert [record.number for record in history.records()] == [1, 2, 3]
    assert history.last("shop") == second == history.get(2)
    assert history.last("blog") == other


def test_what_is_noted_at_the_beginning(tmp_path: Path) -> None:
    history = History(tmp_path)
    record = history.add(
        3, command="run", subject="/srv/shop", key="shop", fingerprint="f", finished=["a", "b"]
    )
    started = datetime.fromisoformat(record.started)
    assert (started.tzinfo is None, started.microsecond) == (False, 0)
    assert record == Record(
        number=1,
        command="run",
        subject="/srv/shop",
        key="shop",
        fingerprint="f",
        started=record.started,
        hosts=3,
        pid=os.getpid(),
        ended=False,
        finished=("a", "b"),
        result={},
    )
    assert history.get(1) == record


def test_a_number_that_another_rollout_takes_meanwhile(tmp_path: Path) -> None:
    class Late(History):
        def _files(self) -> list[Path]:
            return []

    first = add(History(tmp_path))
    assert add(Late(tmp_path)).number == 2
    assert add(Late(tmp_path)).number == 3
    assert History(tmp_path).get(1) == first


def test_numbers_of_more_digits(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write(replace(add(history), number=999_999))
    assert add(history).number == 1_000_000
    assert [record.number for record in history.records()] == [1, 999_999, 1_000_000]
    assert history.numbers() == {1, 999_999, 1_000_000}
    last = history.last("shop")
    assert last is not None
    assert last.number == 1_000_000


def test_a_large_fleet(tmp_path: Path) -> None:
    """What one host may leave is the limit of another kind of file."""
    history = History(tmp_path)
    record = replace(add(history), result={f"host{number}": "x" * 2**20 for number in range(40)})
    history.write(record)
    assert history.get(1) == record


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file, and nothing is left of the rollout."""
    history = History(tmp_path)
    add(history)
    with monkeypatch.context() as patch:
        fill_disk(patch, tmp_path)
        with pytest.raises(OSError, match="No space left") as raised:
            add(history)
    assert raised.value.filename == str(tmp_path / "000002.json")
    assert [path.name for path in tmp_path.iterdir()] == ["000001.json"]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    history = History(tmp_path)
    record = replace(add(history), ended=True, finished=("a",), result={"status": "aborted"})
    history.write(record)
    assert history.get(1) == record
    assert (record.status, record.is_complete) == ("aborted", False)
    assert replace(record, finished=("a", "b")).is_complete


def test_the_oldest_are_dropped_and_numbers_are_not_used_again(tmp_path: Path) -> None:
    history = History(tmp_path, kept=3)
    for _ in range(5):
        add(history)
    assert [record.number for record in history.records()] == [3, 4, 5]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000003.json",
        "000004.json",
        "000005.json",
    ]


def test_repairs_of_a_watcher_leave_room_for_the_rollouts_of_people(tmp_path: Path) -> None:
    history = History(tmp_path, kept=6)
    commands = ["run", "run", *["watch"] * 3, "run", *["watch"] * 4]
    for command in commands:
        if command == "watch":
            history.make_room("watch")
        history.add(1, command=command, subject="s", key="shop", fingerprint="f")
    assert [(record.number, record.command) for record in history.records()] == [
        (1, "run"),
        (2, "run"),
        (6, "run"),
        (8, "watch"),
        (9, "watch"),
        (10, "watch"),
    ]
    History(tmp_path, kept=1).make_room("watch")
    assert [record.number for record in history.records()] == [1, 2, 6]


#: how many rollouts are kept -> of those of a watcher, how many there are before the next one, and
#: how many of these stay
ROOM = [
    *((10, count, count) for count in range(5)),
    *((10, 5, 4), (10, 9, 4), (2, 1, 0), (1, 1, 0)),
]


@pytest.mark.parametrize(("kept", "count", "left"), ROOM)
def test_room_for_the_next_one(kept: int, count: int, left: int, tmp_path: Path) -> None:
    """The rollouts of a watcher get half of the room, however many others there are."""
    history = History(tmp_path, kept=100)
    for command in ["run"] * 12 + ["watch"] * count:
        history.add(1, command=command, subject="s", key="shop", fingerprint="f")
    History(tmp_path, kept=kept).make_room("watch")
    found = Counter(record.command for record in history.records())
    assert (found["run"], found["watch"]) == (12, left)
    numbers = [record.number for record in history.records()]
    assert numbers == [*range(1, 13), *range(13 + count - left, 13 + count)]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.write(add(history))
    assert (tmp_path / "history").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "history" / "000001.json").stat().st_mode & 0o777 == 0o600


GOOD = {
    "number": 2,
    "command": "run",
    "subject": "/srv/shop",
    "key": "shop",
    "fingerprint": "f",
    "started": "2026-01-01T10:00:00+00:00",
    "hosts": 2,
    "pid": 1,
    "ended": True,
    "finished": ["a"],
    "result": {"status": "ok"},
}


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def write_with(**wrong: object) -> Callable[[Path], object]:
    return write(json.dumps({**GOOD, **wrong}).encode())


def make_full_folder(path: Path) -> None:
    path.mkdir()
    (path / "file").touch()


#: what is there instead of a record -> what is said of it
DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (write(b'{"number": 2, "com'), "it is not valid JSON: "),
    "not JSON": (write(b"\xff\0"), "it is not valid JSON: "),
    "100,000 brackets": (write(b"[" * 100_000), "it is not valid JSON: "),
    "a list": (write(b"[1]"), "it must be a mapping, not a list"),
    "null": (write(b"null"), "it must be a mapping, not null"),
    "a number that is a text": (write_with(number="2"), "number must be an integer"),
    "another number": (
        write_with(number=3),
        "number must be 2, as in the name of the file; it was renamed",
    ),
    "a command that is none": (write_with(command=None), "command must be a string"),
    "a list as key": (write_with(key=[]), "key must be a string"),
    "a list as subject": (write_with(subject=[]), "subject must be a string"),
    "a list as fingerprint": (write_with(fingerprint=[]), "fingerprint must be a string"),
    "a number as start": (write_with(started=5), "started must be a string"),
    "hosts as a list": (write_with(hosts=["a"]), "hosts must be an integer"),
    "a text as pid": (write_with(pid="x"), "pid must be an integer"),
    "a text as end": (write_with(ended="yes"), "ended must be a boolean"),
    "a text of finished hosts": (write_with(finished="abc"), "finished must be a list"),
    "numbers as finished hosts": (write_with(finished=[1]), "finished[0] must be a string"),
    "a list as result": (write_with(result=[]), "result must be a mapping"),
    "a result without end": (write_with(result={"a": 10**30}), "a must be an integer"),
    "a folder": (Path.mkdir, "it cannot be read: it is not a regular file; "),
    "a folder that is not empty": (
        make_full_folder,
        "it cannot be read: it is not a regular file; ",
    ),
    "a FIFO": (os.mkfifo, "it cannot be read: it is not a regular file; "),
    "a link": (
        lambda path: path.symlink_to("000001.json"),
        "it cannot be read: it is not a regular file; ",
    ),
    "a link to a device": (
        lambda path: path.symlink_to("/dev/zero"),
        "it cannot be read: it is not a regular file; ",
    ),
    "a link to nothing": (
        lambda path: path.symlink_to("nowhere"),
        "it cannot be read: it is not a regular file; ",
    ),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_set_aside(
    tmp_path: Path, damage: Callable[[Path], object], reason: str
) -> None:
    warnings: list[str] = []
    history = History(tmp_path, warn=warnings.append)
    first = add(history)
    path = tmp_path / "000002.json"
    damage(path)
    assert history.last("shop") == first
    (warning,) = warnings
    assert warning.startswith(f"{path} is damaged: {reason}"), warning
    assert warning.endswith(f"; it was renamed to {path}.damaged")
    assert [history.get(2), history.records()] == [None, [first]]
    assert add(history).number == 2
    assert len(warnings) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{"number": 2, "newer": 1}', json.dumps({**GOOD, "newer": 1}).encode()],
)
def test_what_is_just_begun_or_of_another_version_stays(tmp_path: Path, content: bytes) -> None:
    warnings: list[str] = []
    history = History(tmp_path, warn=warnings.append)
    (tmp_path / "000002.json").write_bytes(content)
    history.records()
    assert warnings == []
    assert (tmp_path / "000002.json").read_bytes() == content
    assert add(history).number == 3


def test_a_folder_among_the_oldest_is_no_obstacle(tmp_path: Path) -> None:
    history = History(tmp_path, kept=1)
    (tmp_path / "000001.json").mkdir()
    assert [add(history).number for _ in range(2)] == [2, 3]
    assert history.records()[-1].number == 3


def test_what_a_killed_one_left_half_written_goes(tmp_path: Path) -> None:
    history = History(tmp_path)
    record = add(history)
    (tmp_path / ".000001.json.vigo-abc").write_text("{")
    history.write(record)
    assert [path.name for path in tmp_path.iterdir()] == ["000001.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("part", ["", "state", "state/history", "state/locks"])
def test_a_folder_of_another_user_is_refused(tmp_path: Path, part: str) -> None:
    """As with sudo where HOME is still that of the user who logged in."""
    state = tmp_path / "state"
    precious = tmp_path / "precious"
    precious.write_text("all of it")
    for folder in (state / "history", state / "locks"):
        folder.mkdir(parents=True)
    (state / f"locks/{stack_key(tmp_path)}.lock").symlink_to(precious)
    os.chown(tmp_path / part, 65534, 65534)
    if part != "state/locks":
        with pytest.raises(PermissionError, match="belongs to another user"):
            History(state / "history").records()
        with pytest.raises(PermissionError, match="belongs to another user"):
            add(History(state / "history"))
    if part != "state/history":
        with (
            pytest.raises(PermissionError, match="belongs to another user"),
            one_rollout(state, stack_key(tmp_path), tmp_path, pytest.fail, ""),
        ):
            pass
    assert precious.read_text() == "all of it"


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_not_a_lock_is_set_aside(tmp_path: Path, make: Callable[[Path], object]) -> None:
    warnings: list[str] = []
    path = tmp_path / f"locks/{stack_key(tmp_path)}.lock"
    path.parent.mkdir()
    make(path)
    with (
        one_rollout(tmp_path, stack_key(tmp_path), tmp_path, warnings.append, ""),
        pytest.raises(RolloutRunning, match=f"process {os.getpid()}"),
        one_rollout(tmp_path, stack_key(tmp_path), tmp_path, pytest.fail, ""),
    ):
        pass
    assert warnings == [
        f"{path} is damaged (it is not a regular file); it was renamed to {path}.damaged"
    ]


@pytest.mark.parametrize("umask", [0, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        add(History(tmp_path / "a/history"))
        with one_rollout(tmp_path / "a", "key", tmp_path, pytest.fail, ""):
            pass
    finally:
        os.umask(before)
    paths = ["a", "a/history", "a/history/000001.json", "a/locks", "a/locks/key.lock"]
    modes = [(tmp_path / path).stat().st_mode & 0o777 for path in paths]
    assert modes == [0o755, 0o700, 0o600, 0o700, 0o600]


def test_one_that_did_not_end_runs_or_was_killed(tmp_path: Path) -> None:
    running = add(History(tmp_path))
    assert running.status == "running"
    # No process has this number: it is beyond the greatest that Linux gives.
    assert replace(running, pid=2**22 + 1).status == "killed"


def _without_time(message: str) -> str:
    return re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", "TIME", message)


#: what the holder of a lock has written -> who holds it
HOLDERS: dict[str, tuple[bytes, str]] = {
    "no command": (
        b'{"user": "eva", "pid": 7, "since": "TIME", "command": ""}',
        "eva, process 7, since TIME",
    ),
    "an earlier version": (
        b'{"user": "eva", "pid": 7, "since": "TIME"}',
        "eva, process 7, since TIME",
    ),
    "a command": (
        b'{"user": "eva", "pid": 7, "since": "TIME", "command": "`run`"}',
        "`run` of eva, process 7, since TIME",
    ),
    "too much": (
        b'{"user": "eva", "pid": 7, "since": "TIME"}'.rjust(2000),
        "its process is unknown",
    ),
    "no time": (b'{"user": "eva", "pid": 7}', "its process is unknown"),
    "half of it": (b"{", "its process is unknown"),
    "a list": (b"[]", "its process is unknown"),
    "bytes": (b"\xff", "its process is unknown"),
}


@pytest.mark.parametrize(("written", "holder"), HOLDERS.values(), ids=HOLDERS)
def test_who_holds_a_lock(written: bytes, holder: str, tmp_path: Path) -> None:
    with one_rollout(tmp_path, "key", "shop", pytest.fail, ""):
        (tmp_path / "locks/key.lock").write_bytes(written)
        busy = running_rollout(tmp_path, "key", "shop", pytest.fail)
    expected = f"a rollout of shop is running: {holder}. Wait for it, or end it with Ctrl-C"
    assert busy == expected


def test_a_lock_that_is_damaged_is_reported(tmp_path: Path) -> None:
    warnings: list[str] = []
    path = tmp_path / "locks/key.lock"
    path.mkdir(parents=True)
    assert running_rollout(tmp_path, "key", "shop", warnings.append) == ""
    assert warnings == [
        f"{path} is damaged (it is not a regular file); it was renamed to {path}.damaged"
    ]


def test_what_holds_a_lock_is_named(tmp_path: Path) -> None:
    key = stack_key(tmp_path)
    assert running_rollout(tmp_path, key, tmp_path, pytest.fail) == ""
    with one_rollout(tmp_path, key, tmp_path, pytest.fail, "`vigo-bridge watch`"):
        busy = running_rollout(tmp_path, key, "shop", pytest.fail)
        with (
            pytest.raises(RolloutRunning) as raised,
            one_rollout(tmp_path, key, "shop", pytest.fail, ""),
        ):
            pass
    holder = f"`vigo-bridge watch` of {getpass.getuser()}, process {os.getpid()}, since TIME"
    expected = f"a rollout of shop is running: {holder}. Wait for it, or end it with Ctrl-C"
    assert [_without_time(text) for text in (busy, str(raised.value))] == [expected] * 2
    assert running_rollout(tmp_path, key, tmp_path, pytest.fail) == ""


def test_the_rollout_of_a_killed_program_is_not_running(tmp_path: Path) -> None:
    key = stack_key(tmp_path)
    with one_rollout(tmp_path, key, tmp_path, pytest.fail, ""):
        pass
    (tmp_path / "locks" / f"{key}.lock").write_text('{"user": "root", "pid": 1, "since": ""}')
    assert running_rollout(tmp_path, key, tmp_path, pytest.fail) == ""
    assert (tmp_path / "locks" / f"{key}.lock").read_text() == ""


def test_a_watcher_and_a_rollout_have_different_locks(tmp_path: Path) -> None:
    key = stack_key(tmp_path)
    with (
        one_watcher(tmp_path, key, tmp_path, pytest.fail),
        one_rollout(tmp_path, key, tmp_path, pytest.fail, ""),
        pytest.raises(RolloutRunning, match=rf"another watcher of .*, process {os.getpid()}"),
        one_watcher(tmp_path, key, tmp_path, pytest.fail),
    ):
        pass


def test_one_rollout_of_a_stack(tmp_path: Path) -> None:
    stack, other = tmp_path / "shop", tmp_path / "elsewhere" / "shop"
    state = tmp_path / "state"
    with (
        one_rollout(state, stack_key(stack), stack, pytest.fail, ""),
        one_rollout(state, stack_key(other), other, pytest.fail, ""),
        pytest.raises(RolloutRunning, match=rf"process {os.getpid()}, since 20\d\d-"),
        one_rollout(state, stack_key(stack), stack, pytest.fail, ""),
    ):
        pass
    with one_rollout(state, stack_key(stack), stack, pytest.fail, ""):
        pass


def test_a_stack_with_an_id_keeps_its_key_wherever_it_is(tmp_path: Path) -> None:
    here, clone = stack_key(tmp_path / "shop", "a" * 16), stack_key(tmp_path / "clone", "a" * 16)
    assert here == clone
    assert len({here, stack_key(tmp_path / "shop", "b" * 16), stack_key(tmp_path / "shop")}) == 3
