# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of rolled-out stacks are kept, for how long, and what damage does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LONGEST_TEXT,
    InvalidData,
)
from tests.unit.full_disk import fill_disk
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import LARGEST, KeptStacks, Settings, TooLarge

FILES = {"envoys/e.vgo": b"envoys: []\n", "templates/page": b"\0\xff", "templates/same": b"\0\xff"}
SETTINGS = Settings("tag: v2\n", ("password",))


def kept_stacks(folder: Path, largest: int = LARGEST) -> KeptStacks:
    """Return the stacks of a folder in which no lock is damaged."""
    return KeptStacks(folder, largest, pytest.fail)


def record(number: int, key: str = "shop", started: str = "2026-01-01T10:00:00+00:00") -> Record:
    return Record(number, "run", "/srv/shop", key, f"f{number}", started, hosts=2)


def keep(stacks: KeptStacks, number: int, files: Mapping[str, bytes], known: int = 1) -> None:
    """Keep files; the history has the rollouts from `known`."""
    stacks.keep(record(number), files.items(), SETTINGS, range(known, number + 1))


def restored(stacks: KeptStacks, number: int, folder: Path) -> Mapping[str, bytes]:
    kept = stacks.get(record(number))
    assert kept is not None
    stacks.restore(kept, folder)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_kept_is_restored(tmp_path: Path) -> None:
    stacks = kept_stacks(tmp_path / "stacks")
    keep(stacks, 1, FILES)
    assert restored(stacks, 1, tmp_path / "copy") == FILES
    kept = stacks.get(record(1))
    assert kept is not None
    assert (kept.settings, kept.size, stacks.size()) == (SETTINGS, 15, 13)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.binary(max_size=3)), max_size=5))
def test_every_rollout_keeps_its_own(
    tmp_path_factory: pytest.TempPathFactory, rollouts: list[dict[str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    stacks = kept_stacks(folder / "stacks")
    for number, files in enumerate(rollouts, 1):
        keep(stacks, number, files)
    for number, files in enumerate(rollouts, 1):
        assert restored(stacks, number, folder / f"copy-{number}") == files


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keep(kept_stacks(tmp_path / "stacks"), 1, FILES)
    finally:
        os.umask(before)
    folder = tmp_path / "stacks"
    modes = {
        is_file: {
            path.stat().st_mode & 0o777
            for path in (folder, *folder.rglob("*"))
            if path.is_file() == is_file
        }
        for is_file in (True, False)
    }
    assert modes == {True: {0o600}, False: {0o700}}


#: limit in bytes -> the rollouts whose files are still there after four of 4, 4, 4 and 2 bytes
LIMITS = {100: [1, 2, 3, 4], 14: [1, 2, 3, 4], 10: [2, 3, 4], 9: [3, 4], 6: [3, 4], 4: [4], 2: [4]}


@pytest.mark.parametrize(("largest", "left"), LIMITS.items())
def test_the_oldest_go_beyond_the_limit(tmp_path: Path, largest: int, left: list[int]) -> None:
    stacks = kept_stacks(tmp_path, largest)
    for number, content in enumerate([b"1111", b"2222", b"3333", b"44"], 1):
        try:
            keep(stacks, number, {"a": content})
        except TooLarge:
            assert len(content) > largest
    assert [number for number in range(1, 5) if stacks.get(record(number))] == left
    assert stacks.size() <= largest


def test_a_stack_beyond_the_limit_is_not_kept_and_costs_no_other(tmp_path: Path) -> None:
    stacks = kept_stacks(tmp_path / "stacks", 6)
    keep(stacks, 1, {"a": b"old"})
    with pytest.raises(TooLarge):
        keep(stacks, 2, {"a": b"four", "b": b"more"})
    assert stacks.get(record(2)) is None
    assert restored(stacks, 1, tmp_path / "copy") == {"a": b"old"}
    assert stacks.size() == 3


def test_equal_contents_count_once(tmp_path: Path) -> None:
    stacks = kept_stacks(tmp_path, 5)
    keep(stacks, 1, {"a": b"same", "b": b"same"})
    keep(stacks, 2, {"a": b"same", "b": b"same", "c": b"1"})
    assert [bool(stacks.get(record(number))) for number in (1, 2)] == [True, True]


@pytest.mark.parametrize("known", range(1, 5))
def test_files_go_with_their_record(known: int, tmp_path: Path) -> None:
    """known: the first rollout that the history still has."""
    stacks = kept_stacks(tmp_path)
    assert stacks.size() == 0
    for number in range(1, 4):
        keep(stacks, number, {"a": str(number).encode()})
    keep(stacks, 4, {"a": b"4"}, known=known)
    left = [*range(known, 5)]
    assert [number for number in range(1, 5) if stacks.get(record(number))] == left
    assert stacks.size() == len(left)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        *(f"{number:06d}.json" for number in left),
        "lock",
    ]


def test_what_is_kept_now_stays_also_with_a_lower_number(tmp_path: Path) -> None:
    """Rollouts of several stacks can overlap."""
    stacks = kept_stacks(tmp_path, 4)
    stacks.keep(record(2), [("a", b"2222")], SETTINGS, {1, 2})
    stacks.keep(record(1), [("a", b"1111")], SETTINGS, {1, 2})
    assert [number for number in (1, 2) if stacks.get(record(number))] == [1]


def test_a_lock_that_is_damaged_is_renamed(tmp_path: Path) -> None:
    warnings: list[str] = []
    lock = tmp_path / "lock"
    lock.mkdir()
    stacks = KeptStacks(tmp_path, LARGEST, warnings.append)
    keep(stacks, 1, FILES)
    assert restored(stacks, 1, tmp_path / "copy") == FILES
    assert warnings == [
        f"{lock} is damaged (it is not a regular file); it was renamed to {lock}.damaged"
    ]


def test_only_the_list_is_forced_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take long for many files, and damage of these is noticed."""
    forced: list[str] = []

    def fsync(descriptor: int) -> None:
        forced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    monkeypatch.setattr(os, "fsync", fsync)
    keep(kept_stacks(tmp_path), 1, FILES)
    assert [name.partition(".vigo-")[0] for name in forced] == [".000001.json", tmp_path.name]


@pytest.mark.parametrize(
    "other", [record(1, key="blog"), record(1, started="2026-01-02T10:00:00+00:00"), record(2)]
)
def test_files_of_another_rollout_are_not_used(tmp_path: Path, other: Record) -> None:
    stacks = kept_stacks(tmp_path)
    assert stacks.get(other) is None
    keep(stacks, 1, FILES)
    assert stacks.get(other) is None


#: the files that cannot be written -> the one that the error names
FULL = {"contents/*": f"contents/{sha256(b'new').hexdigest()}", ".000002.json.*": "000002.json"}


@pytest.mark.parametrize(("pattern", "name"), FULL.items())
def test_a_disk_that_is_full(
    pattern: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the file, and nothing is left of the rollout."""
    stacks = kept_stacks(tmp_path)
    keep(stacks, 1, FILES)
    before = stacks.size()
    with monkeypatch.context() as patch:
        fill_disk(patch, tmp_path, pattern)
        with pytest.raises(OSError, match="No space left") as raised:
            keep(stacks, 2, {"a": b"new"})
    assert raised.value.filename == str(tmp_path / name)
    assert (stacks.get(record(2)), stacks.size()) == (None, before)


class Killed(BaseException):
    """The process ends here, without cleaning up."""


def until(steps: int) -> Iterator[tuple[str, bytes]]:
    yield from list(FILES.items())[:steps]
    raise Killed


@pytest.mark.parametrize("steps", range(4))
def test_killed_while_writing(tmp_path: Path, steps: int) -> None:
    stacks = kept_stacks(tmp_path / "stacks")
    keep(stacks, 1, {"a": b"old"})
    with pytest.raises(Killed):
        stacks.keep(record(2), until(steps), SETTINGS, {1, 2})
    (tmp_path / "stacks" / ".000002.json.vigo-x").write_text('{"of": [')
    (tmp_path / "stacks" / "contents" / ".abc.vigo-x").write_text("half")
    assert stacks.get(record(2)) is None
    assert restored(stacks, 1, tmp_path / "copy") == {"a": b"old"}
    keep(stacks, 3, {"a": b"new"})
    assert stacks.size() == 6
    assert not list((tmp_path / "stacks").rglob(".*"))


def change_list(**changes: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / "000001.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return change


def each_content(change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: [change(path) for path in (folder / "contents").iterdir()]


def replace_by(kind: Callable[[Path], object]) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        path.unlink()
        kind(path)

    return change


DIGEST = "0" * 64
#: the damage -> the part of the message
DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a content that is gone": (each_content(Path.unlink), "a: its content is missing"),
    "a content that was changed": (
        each_content(lambda path: path.write_bytes(b"new")),
        "a: its content was changed",
    ),
    "a content that was cut": (
        each_content(lambda path: path.write_bytes(b"")),
        "a: its content was changed",
    ),
    "a content that grew": (
        each_content(lambda path: path.write_bytes(b"old and more")),
        "a: its content was changed",
    ),
    "a content that is a link": (
        each_content(replace_by(lambda path: path.symlink_to("/etc/passwd"))),
        "a: its content cannot be read: it is not a regular file",
    ),
    "a content that is a FIFO": (
        each_content(replace_by(os.mkfifo)),
        "a: its content cannot be read: it is not a regular file",
    ),
    "an empty list": (lambda folder: (folder / "000001.json").write_bytes(b""), "not valid JSON"),
    "a list that is a folder": (
        lambda folder: replace_by(Path.mkdir)(folder / "000001.json"),
        "cannot be read",
    ),
    "another document": (
        lambda folder: (folder / "000001.json").write_text("[]"),
        "it must be a mapping",
    ),
    "no files": (change_list(files=None), "files must be a mapping"),
    "a file without digest": (change_list(files={"a": None}), "files.a must be a list"),
    "a file without size": (
        change_list(files={"a": [DIGEST]}),
        "files.a must be a digest and a size",
    ),
    "a digest that is a path": (
        change_list(files={"a": ["../../../etc/passwd", 1]}),
        "files.a must begin with a SHA-256, not '../../../etc/passwd'",
    ),
    "a negative size": (
        change_list(files={"a": [DIGEST, -1]}),
        "files.a must be a number from 0",
    ),
    "a digest that is a number": (change_list(files={"a": [1, 1]}), "files.a must be a string"),
    "a path that is too long": (
        change_list(files={"a" * (LONGEST_TEXT + 1): [DIGEST, 1]}),
        "files is longer than ",
    ),
    "an absolute path": (change_list(files={"/etc/cron.d/a": [DIGEST, 1]}), "not a path in"),
    "a path out of the folder": (change_list(files={"a/../../b": [DIGEST, 1]}), "not a path in"),
    "a path with a dot": (change_list(files={"./b": [DIGEST, 1]}), "not a path in"),
    "a path with a NUL": (change_list(files={"a\0b": [DIGEST, 1]}), "not a path in"),
    "an empty path": (change_list(files={"": [DIGEST, 1]}), "not a path in"),
    "the folder itself": (change_list(files={".": [DIGEST, 1]}), "not a path in"),
    "settings that are a list": (change_list(settings=[]), "settings must be a string"),
    "omitted names as text": (change_list(omitted="a"), "omitted must be a list"),
    "a number as omitted name": (change_list(omitted=[1]), "omitted[0] must be a string"),
    "no rollout": (change_list(of=None), "of must be a list"),
    "a number as rollout": (change_list(of=[1]), "of[0] must be a string"),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES)
def test_damage(tmp_path: Path, damage: Callable[[Path], object], reason: str) -> None:
    stacks = kept_stacks(tmp_path / "stacks")
    keep(stacks, 1, {"a": b"old"})
    damage(tmp_path / "stacks")
    with pytest.raises(InvalidData) as raised:
        restored(stacks, 1, tmp_path / "copy")
    assert reason in str(raised.value)
    keep(stacks, 2, {"a": b"old"})
    assert restored(stacks, 2, tmp_path / "other") == {"a": b"old"}


def test_a_damaged_content_is_replaced_when_it_is_kept_again(tmp_path: Path) -> None:
    stacks = kept_stacks(tmp_path / "stacks")
    keep(stacks, 1, {"a": b"old"})
    each_content(lambda path: path.write_bytes(b"bad"))(tmp_path / "stacks")
    keep(stacks, 2, {"a": b"old"})
    assert restored(stacks, 1, tmp_path / "copy") == {"a": b"old"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("part", ["", "contents"])
def test_a_folder_of_another_user_is_refused(tmp_path: Path, part: str) -> None:
    stacks = kept_stacks(tmp_path / "stacks")
    keep(stacks, 1, FILES)
    os.chown(tmp_path / "stacks" / part, 65534, 65534)
    with pytest.raises(PermissionError, match="belongs to another user"):
        keep(stacks, 2, FILES)
