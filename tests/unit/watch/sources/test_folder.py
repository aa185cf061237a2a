# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that a watcher reads while people edit it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vigo_bridge.watch.sources.folder import FolderSource
from vigo_bridge.watch.sources.source import NotFetched

FILES = {
    "stack.vgo": "name: shop\nid: '0123456789abcdef'\n",
    "envoys/envoys.vgo": "envoys: []\n",
    "templates/page": "hello\n",
}


def stack(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


class Waits:
    """Waiting that takes no time: the files become older, and somebody may do something."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
        self.seconds = 0.0
        self._action = action
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + self.seconds)

    def __call__(self, seconds: float) -> None:
        self.seconds += seconds
        self._action()


def fetched(folder: Path, waits: Callable[[float], None], copy: Path) -> dict[str, str]:
    copy.mkdir()
    FolderSource(folder, waits).fetch(copy, None)
    return {
        str(path.relative_to(copy)): path.read_text() for path in copy.rglob("*") if path.is_file()
    }


def test_all_files_of_the_stack_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stack(tmp_path / "shop")
    (folder / "secrets.yml").write_text("stores: [env]\n")
    (folder / ".hidden.vgo").write_text("a: b\n")
    waits = Waits(monkeypatch, lambda: None)
    assert fetched(folder, waits, tmp_path / "copy") == FILES


def test_a_file_that_was_just_changed_is_not_read_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor or `git pull` may be in the middle of its work."""
    folder = stack(tmp_path / "shop")
    page = folder / "templates/page"

    def finish() -> None:
        page.write_text("complete\n")

    page.write_text("comp")
    waits = Waits(monkeypatch, finish)
    assert fetched(folder, waits, tmp_path / "copy")["templates/page"] == "complete\n"
    assert waits.seconds > 0


def test_a_change_while_the_files_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stack(tmp_path / "shop")
    waits = Waits(monkeypatch, lambda: None)
    waits.seconds = 10
    writes = iter(["second\n"])
    real = Path.write_bytes

    def write(path: Path, content: bytes) -> int:
        for text in writes:
            (folder / "templates/page").write_text(text)
            (folder / "templates/new").write_text("new\n")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", write)
    assert fetched(folder, waits, tmp_path / "copy") == {
        **FILES,
        "templates/page": "second\n",
        "templates/new": "new\n",
    }


def test_a_folder_that_is_changed_all_the_time_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stack(tmp_path / "shop")
    count = iter(range(1000))
    waits = Waits(monkeypatch, lambda: None)
    ages = iter(lambda: float(next(count) % 2), None)
    monkeypatch.setattr(FolderSource, "_age", lambda self: 1.0)
    monkeypatch.setattr(
        "vigo_bridge.watch.sources.folder._digest", lambda files: (list(files), next(ages))
    )
    (tmp_path / "copy").mkdir()
    with pytest.raises(NotFetched, match="is being changed; the next turn reads it again"):
        FolderSource(folder, waits).fetch(tmp_path / "copy", None)


def test_a_clock_that_was_set_back_does_not_stop_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stack(tmp_path / "shop")
    waits = Waits(monkeypatch, lambda: None)
    waits.seconds = -86400.0
    assert fetched(folder, waits, tmp_path / "copy") == FILES


def test_the_revision_is_of_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stack(tmp_path / "shop")
    waits = Waits(monkeypatch, lambda: None)

    def revision(name: str) -> str:
        copy = tmp_path / name
        copy.mkdir()
        return FolderSource(folder, waits).fetch(copy, None).id

    first = revision("a")
    os.utime(folder / "templates/page")
    assert revision("b") == first
    (folder / "templates/page").write_text("other\n")
    assert revision("c") != first


def no_folder(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def a_file(folder: Path) -> None:
    no_folder(folder)
    folder.write_text("")


def link_out(folder: Path) -> None:
    (folder / "envoys/envoys.vgo").unlink()
    (folder / "envoys/envoys.vgo").symlink_to("/etc/hostname")


def circle(folder: Path) -> None:
    (folder / "envoys/envoys.vgo").unlink()
    (folder / "envoys/envoys.vgo").symlink_to("envoys.vgo")


def fifo(folder: Path) -> None:
    os.mkfifo(folder / "configcrates.vgo")


def folder_out(folder: Path) -> None:
    (folder / "configcrates").symlink_to("/etc")


UNUSABLE = {
    "no folder": (no_folder, "source", "does not exist"),
    "not a folder": (a_file, "source", "is not a folder"),
    "a link to another place": (link_out, "content", "envoys/envoys.vgo: the file cannot be read"),
    "a circular link": (circle, "content", "envoys/envoys.vgo: the file cannot be read"),
    "a FIFO": (fifo, "content", "configcrates.vgo: the file cannot be read"),
    "a folder elsewhere": (folder_out, "content", "configcrates: the folder is not read"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_stack_that_cannot_be_read_completely_is_not_used(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise, what the missing file names would be removed from hosts."""
    damage, kind, message = UNUSABLE[case]
    folder = stack(tmp_path / "shop")
    damage(folder)
    waits = Waits(monkeypatch, lambda: None)
    (tmp_path / "copy").mkdir()
    with pytest.raises(NotFetched, match=message) as caught:
        FolderSource(folder, waits).fetch(tmp_path / "copy", None)
    assert caught.value.kind == kind
    assert "\n" not in str(caught.value)
