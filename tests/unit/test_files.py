# SPDX-License-Identifier: GPL-3.0-or-later
"""Several files are written as a whole, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.files import all_or_nothing, write_text

#: What is written: paths with their texts.
NEW = {"a.txt": "new a", "sub/b.txt": "new b", "sub/deep/c.txt": "new c", "other/d.txt": "new d"}

#: case -> what the folder holds before; None if it does not exist
BEFORE: dict[str, dict[str, str] | None] = {
    "new": None,
    "empty": {},
    "other files": {"mine.txt": "mine", "sub/mine.txt": "mine"},
    "files of these names": {"a.txt": "mine", "sub/deep/c.txt": "mine", "sub/mine.txt": "mine"},
}


def content(folder: Path) -> dict[str, str | None]:
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else None
        for path in folder.rglob("*")
    }


def prepare(folder: Path, before: Mapping[str, str] | None) -> None:
    if before is not None:
        folder.mkdir(parents=True)
        for path, text in before.items():
            write_text(folder / path, text)


def write(folder: Path, replace: bool = False) -> None:
    with all_or_nothing(folder, replace=replace) as new:
        for path, text in NEW.items():
            write_text(new / path, text)


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_all_are_written(before: dict[str, str] | None, tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    prepare(folder, before)
    write(folder, replace=True)
    files = {path: text for path, text in content(folder).items() if text is not None}
    assert files == {**(before or {}), **NEW}


@contextmanager
def failing(name: str, number: int) -> Iterator[None]:
    """Make the call of this number of a function of the system fail."""
    calls: list[str] = []
    real = getattr(os, name)

    def call(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) == number:
            raise OSError(errno.ENOSPC, "No space left on device", os.fspath(arguments[0]))
        return real(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, name, call)
        yield


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("name", ["mkdir", "rename"])
def test_a_full_disk_at_any_step(name: str, before: dict[str, str] | None, tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    prepare(folder, before)
    kept = content(tmp_path)
    number = 1
    while _fails(folder, name, number):
        assert content(tmp_path) == kept
        number += 1
    assert number > 2
    assert set(NEW) <= set(content(folder))


def _fails(folder: Path, name: str, number: int) -> bool:
    with failing(name, number):
        try:
            write(folder, replace=True)
        except OSError:
            return True
    return False


def test_a_full_disk_while_a_file_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    before = BEFORE["files of these names"]
    prepare(folder, before)
    kept = content(tmp_path)
    for number in (1, 2):
        assert _fails(folder, "replace", number)
        assert content(tmp_path) == kept
    assert not _fails(folder, "link", 1), "a copy is enough where there are no hard links"
    assert (folder / "a.txt").read_text() == "new a"


def test_a_replaced_file_is_there_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed leaves the old content or the new one."""
    folder = tmp_path / "stack"
    prepare(folder, {"a.txt": "mine"})
    seen = []

    def looking(real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            seen.append((folder / "a.txt").read_text())
            result = real(*arguments, **options)
            seen.append((folder / "a.txt").read_text())
            return result

        return call

    for name in ("rename", "replace", "link"):
        monkeypatch.setattr(os, name, looking(getattr(os, name)))
    write(folder, replace=True)
    assert set(seen) == {"mine", "new a"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("no")])
def test_any_error_leaves_nothing(error: BaseException, tmp_path: Path) -> None:
    def write_and_fail() -> None:
        with all_or_nothing(tmp_path / "one" / "two") as new:
            write_text(new / "a.txt", "text")
            raise error

    with pytest.raises(type(error)):
        write_and_fail()
    assert content(tmp_path) == {}


#: case -> what the folder holds, whether files may be replaced, and what is in the way
IN_THE_WAY = {
    "a file": ({"a.txt": "mine"}, False, "a.txt"),
    "a file below": ({"sub/b.txt": "mine"}, False, "sub/b.txt"),
    "a folder": ({"sub/b.txt/mine": "mine"}, True, "sub/b.txt"),
    "a file where a folder is needed": ({"sub": "mine"}, True, "sub"),
}


@pytest.mark.parametrize(("before", "replace", "named"), IN_THE_WAY.values(), ids=IN_THE_WAY)
def test_what_is_in_the_way_stays(
    before: dict[str, str], replace: bool, named: str, tmp_path: Path
) -> None:
    prepare(tmp_path / "stack", before)
    kept = content(tmp_path)
    with pytest.raises(FileExistsError) as refused:
        write(tmp_path / "stack", replace=replace)
    assert refused.value.filename == str(tmp_path / "stack" / named)
    assert content(tmp_path) == kept


def test_a_replaced_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    prepare(folder, {"a.txt": "mine", "sub/mine.txt": "mine"})
    (folder / "a.txt").chmod(0o600)
    (folder / "sub" / "b.txt").symlink_to("mine.txt")
    write(folder, replace=True)
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o600
    assert (folder / "sub" / "mine.txt").read_text() == "mine"
    assert (folder / "sub" / "b.txt").read_text() == "new b"


def test_a_link_is_in_the_way_wherever_it_leads(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    prepare(folder, {})
    (folder / "a.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        write(folder)
    assert not (tmp_path / "nowhere").exists()
