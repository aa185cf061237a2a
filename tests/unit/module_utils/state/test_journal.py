# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of pending triggers, and the lock of the folder that it is in."""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Blocked,
    ResourceError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import (
    StateFolder,
    scope_file,
)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(str(tmp_path / "state"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the journal of the scope `site`."""
    return tmp_path / "state/journal/site.json"


def test_triggers_outlive_the_process(state: StateFolder) -> None:
    assert Journal.load(state, "site").add_triggers("c/a", ["c/x", "c/y"]) == ("c/x", "c/y")
    later = Journal.load(state, "site")
    assert later.has_trigger("c/x")
    assert later.sources("c/y") == ("c/a",)
    later.remove_triggers("c/x")
    assert not Journal.load(state, "site").has_trigger("c/x")
    assert Journal.load(state, "site").has_trigger("c/y")


def test_only_new_triggers_are_retracted(state: StateFolder) -> None:
    journal = Journal.load(state, "site")
    journal.add_triggers("c/a", ["c/x"])
    new = journal.add_triggers("c/a", ["c/x", "c/y"])
    assert new == ("c/y",)
    journal.retract("c/a", new)
    assert Journal.load(state, "site").has_trigger("c/x")
    assert not Journal.load(state, "site").has_trigger("c/y")


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    state = StateFolder(str(tmp_path / "state"), check_mode=True)
    with state.locked():
        journal = Journal.load(state, "site")
        journal.add_triggers("c/a", ["c/x"])
    assert journal.has_trigger("c/x")
    assert list(tmp_path.iterdir()) == []


def test_triggers_of_removed_resources_are_dropped(state: StateFolder) -> None:
    journal = Journal.load(state, "site")
    journal.add_triggers("c/a", ["c/x", "c/y"])
    assert journal.keep_only(["c/y"]) == ("c/x",)
    assert not Journal.load(state, "site").has_trigger("c/x")


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def make_full_folder(path: Path) -> None:
    path.mkdir()
    (path / "file").touch()


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)  # a longer name would not do


#: what is there instead of a journal -> what is said of it
DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing in it": (write(b""), "Expecting value"),
    "cut": (write(b'{"version": 1, "owed": {"c/a'), "Unterminated string"),
    "a list": (write(b"[]"), "not written by vigo.bridge"),
    "null": (write(b"null"), "it is null"),
    "no triggers": (write(b'{"version": 1}'), "not written by vigo.bridge"),
    "a text of a version": (write(b'{"version": "1", "owed": {}}'), "not written by vigo.bridge"),
    "a text of sources": (
        write(b'{"version": 1, "owed": {"c/a": "c/b"}}'),
        "not written by vigo.bridge",
    ),
    "a number as source": (
        write(b'{"version": 1, "owed": {"c/a": [1]}}'),
        "not written by vigo.bridge",
    ),
    "not UTF-8": (write(b'{"version": 1, "owed": {"\xff": []}}'), "can't decode byte 0xff"),
    "zeros": (write(b"\0" * 4096), "Expecting value"),
    "a number without end": (write(b"1" * 100_000), "integer string conversion|not hold what"),
    "100,000 brackets": (write(b"[" * 100_000), "nested too deeply"),
    "100,000 mappings": (write(b'{"a":' * 100_000), "nested too deeply"),
    "20 MB": (write(b" " * 20_000_000), "more than 16777216 bytes"),
    "a folder": (Path.mkdir, "not a regular file"),
    "a folder that is not empty": (make_full_folder, "not a regular file"),
    "a FIFO": (os.mkfifo, "not a regular file"),
    "a socket": (make_socket, "not a regular file"),
    "a link to a file": (lambda path: path.symlink_to("/etc/hostname"), "not a regular file"),
    "a link to a device": (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "not a regular file"),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_journal_is_set_aside(
    path: Path,
    damage: Callable[[Path], object],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path.parent.mkdir(parents=True)
    monkeypatch.chdir(path.parent)
    damage(path)
    kind = path.lstat().st_mode
    notes: list[str] = []
    folder = str(path.parent.parent)

    Journal.load(StateFolder(folder, True, notes.append), "site").add_triggers("c/a", ["c/x"])
    assert [file.name for file in path.parent.iterdir()] == ["site.json"]
    Journal.load(StateFolder(folder, False, notes.append), "site").add_triggers("c/a", ["c/x"])
    assert Journal.load(StateFolder(folder, False, notes.append), "site").has_trigger("c/x")
    assert path.with_name("site.json.damaged").lstat().st_mode == kind

    for note, becomes in zip(notes, ("would be", "was"), strict=True):
        assert re.fullmatch(
            rf"{path} is damaged \(.*({reason}).*\); it {becomes} renamed to {path}.damaged;"
            " the triggers that it lists are lost",
            note,
        ), note


def test_damaged_journals_do_not_replace_one_another(path: Path, state: StateFolder) -> None:
    path.parent.mkdir(parents=True)
    for number in range(3):
        path.write_text(f"{number}")
        Journal.load(state, "site")
    assert {file.name: file.read_text() for file in path.parent.iterdir()} == {
        "site.json.damaged": "0",
        "site.json.damaged-2": "1",
        "site.json.damaged-3": "2",
    }


def test_a_journal_of_another_version_stays(path: Path, state: StateFolder) -> None:
    path.parent.mkdir(parents=True)
    path.write_text('{"version": 99, "owed": {}}')
    with pytest.raises(ResourceError, match="another version"):
        Journal.load(state, "site")
    assert path.read_text() == '{"version": 99, "owed": {}}'


def test_a_folder_that_cannot_be_written_blocks() -> None:
    with pytest.raises(
        Blocked, match=r"cannot use the state folder /proc/no: .*; .* set state_dir"
    ):
        Journal.load(StateFolder("/proc/no"), "site").add_triggers("c/a", ["c/x"])


@pytest.mark.parametrize("part", ["state", "state/journal"])
@pytest.mark.parametrize(
    "make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("nowhere")], ids=itertools.count()
)
def test_what_is_not_a_folder_is_named(
    tmp_path: Path, state: StateFolder, part: str, make: Callable[[Path], object]
) -> None:
    (tmp_path / part).parent.mkdir(exist_ok=True)
    make(tmp_path / part)
    with pytest.raises(
        Blocked, match=r"cannot use the state folder .*; remove the existing file"
    ) as no:
        Journal.load(state, "site").add_triggers("c/a", ["c/x"])
    assert str(tmp_path / part) in str(no.value) or (tmp_path / part).is_symlink()


def steps(*each: Callable[[Path], object]) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for step in each:
            step(folder)

    return make


#: What can be wrong with a state folder, and makes a run refuse it.
UNUSABLE: dict[str, Callable[[Path], object]] = {
    "a file": Path.touch,
    "a FIFO": os.mkfifo,
    "a link to nowhere": lambda folder: folder.symlink_to("nowhere"),
    "a link to proc": lambda folder: folder.symlink_to("/proc"),
    "a link to a missing folder of proc": lambda folder: folder.symlink_to("/proc/no"),
    "others may write": steps(Path.mkdir, lambda folder: folder.chmod(0o777)),
    "a lock with another name": steps(
        Path.mkdir,
        lambda folder: (folder / "other").touch(0o600),
        lambda folder: os.link(folder / "other", folder / "lock"),
    ),
    "a lock that others may write": steps(
        Path.mkdir,
        lambda folder: (folder / "lock").touch(),
        lambda folder: (folder / "lock").chmod(0o666),
    ),
    "a journal that others may write": steps(
        lambda folder: (folder / "journal").mkdir(parents=True),
        lambda folder: (folder / "journal").chmod(0o777),
    ),
    "a journal in proc": steps(
        Path.mkdir,
        lambda folder: (folder / "journal").symlink_to("/proc"),
    ),
}
#: Paths that no folder can have.
IMPOSSIBLE = {
    "in proc": "/proc/no",
    "in sysfs": "/sys/no/state",
    "below a file": "/etc/passwd/state",
    "a long name": f"a/{'n' * 256}/state",
}


@pytest.mark.parametrize("name", [*UNUSABLE, *IMPOSSIBLE])
def test_a_plan_refuses_the_folders_that_a_run_refuses(tmp_path: Path, name: str) -> None:
    folder = tmp_path / IMPOSSIBLE.get(name, "state")
    if name in UNUSABLE:
        UNUSABLE[name](folder)
    before = sorted(tmp_path.rglob("*"))
    said = []
    for check_mode in (True, False):
        state = StateFolder(str(folder), check_mode)
        with pytest.raises(Blocked) as refused, state.locked():
            Journal.load(state, "site").add_triggers("c/a", ["c/x"])
        said.append(str(refused.value))
        if check_mode:
            assert sorted(tmp_path.rglob("*")) == before
    assert said[0] == said[1]
    assert "cannot use the state folder" in said[0]


def test_scopes_have_journals_of_their_own(state: StateFolder) -> None:
    scopes = ["web", "../web", ".._web", "a/b", "a_b", "a b", "é" * 100, "é" * 99, "", "\udcff"]
    names = [scope_file("journal", scope) for scope in scopes]
    assert names[0] == "journal/web.json"
    assert len(set(names)) == len(names)
    for scope, name in zip(scopes, names, strict=True):
        assert name.count("/") == 1
        Journal.load(state, scope).add_triggers("c/a", ["c/x"])
        assert Path(state.path(name)).exists()


def test_a_second_converge_names_the_first(state: StateFolder) -> None:
    with (
        state.locked(),
        pytest.raises(Blocked, match=r"still in progress \(process \d+, since 20"),
        state.locked(timeout=0.1),
    ):
        pass
    with state.locked(timeout=0.1):
        pass


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from ansible_collections.vigo.bridge.plugins.module_utils.state import state_folder\n"
        f"with state_folder.StateFolder({str(tmp_path)!r}).locked():\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[4]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == -9
    with StateFolder(str(tmp_path)).locked(timeout=0.1):
        pass


@pytest.mark.parametrize(
    "damage",
    [Path.mkdir, make_full_folder, os.mkfifo, make_socket, lambda path: path.symlink_to("other")],
    ids=["folder", "full folder", "FIFO", "socket", "link"],
)
def test_what_is_not_a_lock_is_set_aside(
    tmp_path: Path, damage: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").write_text("precious")
    damage(tmp_path / "lock")
    notes: list[str] = []
    state = StateFolder(str(tmp_path), note=notes.append)
    with state.locked(), pytest.raises(Blocked, match="still in progress"), state.locked(timeout=0):
        pass
    assert notes == [
        f"{tmp_path}/lock is damaged (it is not a regular file); it was renamed to"
        f" {tmp_path}/lock.damaged"
    ]
    assert (tmp_path / "other").read_text() == "precious"


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[" * 900, b"1", b'{"pid": [], "since": 1}', b'{"pid": 1}']
)
def test_a_lock_that_says_nothing_of_its_holder(tmp_path: Path, content: bytes) -> None:
    state = StateFolder(str(tmp_path))
    with state.locked():
        (tmp_path / "lock").write_bytes(content)
        with (
            pytest.raises(Blocked, match="its process is unknown"),
            state.locked(timeout=0),
        ):
            pass
    with state.locked(timeout=0):
        holder = json.loads((tmp_path / "lock").read_bytes())
    assert holder["pid"] == os.getpid()
