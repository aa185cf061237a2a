# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with state of the controller that is damaged, or cannot be read."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LARGEST_OF_OURS,
    InvalidData,
    read_json,
)
from tests.unit.full_disk import fill_disk
from vigo_bridge.run import history, kept_stacks, state_file
from vigo_bridge.run.history import History, Record
from vigo_bridge.run.kept_stacks import KeptStacks, Settings
from vigo_bridge.run.state_file import StateFile


def parsed(data: Any) -> Any:
    if data == "wrong":
        raise InvalidData("it must not be wrong")
    return data


def refuse(*_: object) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


#: what is there -> the content, the warning, and the names that are there afterwards
READ: dict[str, tuple[Callable[[Path], object], Any, str, set[str]]] = {
    "a file": (lambda path: path.write_text('{"a": "ä"}'), {"a": "ä"}, "", {"file"}),
    "a large file": (lambda path: path.write_text(f'"{"x" * 2**20}"'), "x" * 2**20, "", {"file"}),
    "nothing": (lambda path: None, None, "", set()),
    "no JSON": (
        lambda path: path.write_text("{"),
        None,
        "PATH is damaged: it is not valid JSON: Expecting property name enclosed in double quotes:"
        " line 1 column 2 (char 1); it was renamed to PATH.damaged",
        {"file.damaged"},
    ),
    "another content": (
        lambda path: path.write_text('"wrong"'),
        None,
        "PATH is damaged: it must not be wrong; it was renamed to PATH.damaged",
        {"file.damaged"},
    ),
    "a folder": (
        Path.mkdir,
        None,
        "PATH is damaged: it cannot be read: it is not a regular file; it was renamed to"
        " PATH.damaged",
        {"file.damaged"},
    ),
    "a link to nothing": (
        lambda path: path.symlink_to("nowhere"),
        None,
        "PATH is damaged: it cannot be read: it is not a regular file; it was renamed to"
        " PATH.damaged",
        {"file.damaged"},
    ),
}


@pytest.mark.parametrize(("make", "content", "warning", "names"), READ.values(), ids=READ)
def test_read(
    make: Callable[[Path], object], content: Any, warning: str, names: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    warnings: list[str] = []
    make(path)
    assert StateFile(path, warnings.append).read(parsed) == content
    assert warnings == ([warning.replace("PATH", str(path))] if warning else [])
    assert {each.name for each in tmp_path.iterdir()} == names


def test_a_damaged_file_that_cannot_be_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    warnings: list[str] = []
    path.write_text('"wrong"')
    monkeypatch.setattr(state_file, "set_aside", refuse)
    assert StateFile(path, warnings.append).read(parsed) is None
    assert warnings == [
        f"skipping {path}: it must not be wrong; it cannot be renamed: the file system is"
        " read-only; mount it writable"
    ]


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept, because its content may be valid. A missing file is not an error."""
    path = tmp_path / "file"
    warnings: list[str] = []
    path.write_text("{}")
    for cause in (PermissionError(errno.EACCES, "no"), FileNotFoundError(errno.ENOENT, "gone")):

        def read(_path: Path, _largest: int, cause: OSError = cause) -> None:
            raise InvalidData("it cannot be read") from cause

        with monkeypatch.context() as patch:
            patch.setattr(state_file, "read_json", read)
            assert StateFile(path, warnings.append).read(parsed) is None
    assert warnings == [f"skipping {path}: it cannot be read"]
    assert path.exists()


def test_a_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    warnings: list[str] = []
    path.write_text("{}")
    monkeypatch.setattr(state_file, "checked_folder", refuse)
    assert StateFile(path, warnings.append).read(parsed) is None
    assert warnings == [f"skipping {path}: the file system is read-only; mount it writable"]


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file, and the former content stays."""
    path = tmp_path / "file"
    file = StateFile(path, pytest.fail)
    file.write([1])
    with monkeypatch.context() as patch:
        fill_disk(patch, tmp_path)
        with pytest.raises(OSError, match="No space left") as raised:
            file.write([2])
    assert raised.value.filename == str(path)
    assert file.read(parsed) == [1]


def test_it_is_written_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    file = StateFile(path, pytest.fail)
    for content in ({"a": "ä"}, [1]):
        file.write(content)
        assert file.read(parsed) == content
    assert [each.name for each in path.parent.iterdir()] == ["file"]
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.read_bytes() == b"[1]"


#: the module that reads a file of the controller -> how it is written and read
READERS: dict[ModuleType, Callable[[Path], object]] = {
    state_file: lambda folder: read_again(StateFile(folder / "file", pytest.fail)),
    history: lambda folder: add(History(folder)),
    kept_stacks: lambda folder: keep(KeptStacks(folder, 9, pytest.fail)),
}


def read_again(file: StateFile) -> None:
    file.write([1])
    file.read(parsed)


def add(history: History) -> None:
    record = history.add(1, command="run", subject="s", key="k", fingerprint="f")
    assert history.get(1) == record


def keep(stacks: KeptStacks) -> None:
    record = Record(1, "run", "s", "k", "f", "2026-01-01T10:00:00+00:00", hosts=1)
    stacks.keep(record, [("a", b"1")], Settings(), {1})
    assert stacks.get(record)


@pytest.mark.parametrize("module", READERS, ids=lambda module: module.__name__)
def test_files_of_the_controller_may_be_large(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have the results of a whole fleet."""
    limits: list[int] = []

    def read(path: Path, largest: int = 0) -> Any:
        limits.append(largest)
        return read_json(path)

    monkeypatch.setattr(module, "read_json", read)
    READERS[module](tmp_path)
    assert {*limits} == {LARGEST_OF_OURS}
