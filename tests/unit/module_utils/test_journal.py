# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of owed triggers, and the lock of the folder that it lies in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils import state_folder
from ansible_collections.vigo.bridge.plugins.module_utils.errors import Blocked, ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "journal" / "site.json")


def test_debts_outlive_the_process(path: str) -> None:
    assert Journal.load(path).owe("c/a", ["c/x", "c/y"]) == ("c/x", "c/y")
    later = Journal.load(path)
    assert later.owes("c/x")
    assert later.sources("c/y") == ("c/a",)
    later.strike("c/x")
    assert not Journal.load(path).owes("c/x")
    assert Journal.load(path).owes("c/y")


def test_only_new_debts_are_taken_back(path: str) -> None:
    journal = Journal.load(path)
    journal.owe("c/a", ["c/x"])
    new = journal.owe("c/a", ["c/x", "c/y"])
    assert new == ("c/y",)
    journal.retract("c/a", new)
    assert Journal.load(path).owes("c/x")
    assert not Journal.load(path).owes("c/y")


def test_check_mode_writes_nothing(path: str) -> None:
    Journal.load(path, persistent=False).owe("c/a", ["c/x"])
    assert not Path(path).exists()


def test_debts_to_what_is_gone_are_dropped(path: str) -> None:
    journal = Journal.load(path)
    journal.owe("c/a", ["c/x", "c/y"])
    assert journal.keep_only(["c/y"]) == ("c/x",)
    assert not Journal.load(path).owes("c/x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"version": 99, "owed": {}}', "another version"),
        ('{"version": 1}', "cannot be read"),
        ('{"version": 1, "owed": {"c/a": "c/b"}}', "cannot be read"),
    ],
)
def test_a_journal_that_is_none_is_not_overwritten(path: str, content: str, message: str) -> None:
    Path(path).parent.mkdir()
    Path(path).write_text(content)
    with pytest.raises(ResourceError, match=message):
        Journal.load(path)
    assert Path(path).read_text() == content


def test_a_folder_that_cannot_be_written_blocks() -> None:
    with pytest.raises(Blocked, match="set state_dir"):
        Journal("/proc/no/such.json").owe("c/a", ["c/x"])


def test_scopes_have_journals_of_their_own(tmp_path: Path) -> None:
    scopes = ["web", "../web", ".._web", "a/b", "a_b", "a b", "é" * 100, "é" * 99, "", "\udcff"]
    paths = [state_folder.journal_path(str(tmp_path), scope) for scope in scopes]
    assert paths[0] == f"{tmp_path}/journal/web.json"
    assert len(set(paths)) == len(paths)
    for path in paths:
        assert Path(path).parent == tmp_path / "journal"
        Journal.load(path).owe("c/a", ["c/x"])


def test_a_second_converge_names_the_first(tmp_path: Path) -> None:
    with (
        state_folder.locked(str(tmp_path)),
        pytest.raises(Blocked, match=r"still running \(process \d+, since 20"),
        state_folder.locked(str(tmp_path), timeout=0.1),
    ):
        pass
    with state_folder.locked(str(tmp_path), timeout=0.1):
        pass


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from ansible_collections.vigo.bridge.plugins.module_utils import state_folder\n"
        f"with state_folder.locked({str(tmp_path)!r}):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == -9
    with state_folder.locked(str(tmp_path), timeout=0.1):
        pass
