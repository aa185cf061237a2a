# SPDX-License-Identifier: GPL-3.0-or-later
"""The last version of a stack without errors, over restarts, damage and full disks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from vigo_bridge.run.kept_stacks import TooLarge
from vigo_bridge.watch.sources.last_good import LastGood
from vigo_bridge.watch.sources.source import Good, Revision

FIRST = Good(Revision("a" * 40, "tag"), "2026-01-01T10:00:00+00:00")
SECOND = Good(Revision("b" * 40), "2026-01-01T11:00:00+00:00")
OLD = {"stack.vgo": b"name: shop\n", "templates/page": b"\0\xff"}
NEW = {"stack.vgo": b"name: shop\n", "templates/other": b"new"}


def restored(last: LastGood, folder: Path) -> Mapping[str, bytes] | None:
    if not last.restore(folder):
        return None
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_nothing_was_kept(tmp_path: Path) -> None:
    last = LastGood(tmp_path / "state", pytest.fail)
    assert (last.get(), last.is_complete()) == (None, False)
    assert restored(last, tmp_path / "copy") is None


def test_the_last_one_is_there_after_a_restart(tmp_path: Path) -> None:
    for good, files in ((FIRST, OLD), (SECOND, NEW)):
        LastGood(tmp_path / "state", pytest.fail).keep(good, files.items())
        last = LastGood(tmp_path / "state", pytest.fail)
        assert (last.get(), last.is_complete()) == (good, True)
        assert restored(last, tmp_path / good.since) == files


def test_old_files_are_removed(tmp_path: Path) -> None:
    last = LastGood(tmp_path / "state", pytest.fail)
    for number in range(20):
        last.keep(FIRST, {"a": f"{number}".encode()}.items())
    contents = tmp_path / "state/files/contents"
    assert sorted(path.read_bytes() for path in contents.iterdir()) == [b"18", b"19"]


def test_files_are_for_this_user_alone(tmp_path: Path) -> None:
    last = LastGood(tmp_path / "state", pytest.fail)
    last.keep(FIRST, OLD.items())
    last.restore(tmp_path / "copy")
    found = [*(tmp_path / "state").rglob("*"), *(tmp_path / "copy").rglob("*")]
    assert {oct(path.stat().st_mode & 0o777) for path in found if path.is_file()} == {"0o600"}


def test_a_version_that_is_too_large_does_not_replace_the_one_before(tmp_path: Path) -> None:
    last = LastGood(tmp_path / "state", pytest.fail, largest=50)
    last.keep(FIRST, OLD.items())
    for _ in range(5):
        with pytest.raises(TooLarge):
            last.keep(SECOND, {"large": b"x" * 60}.items())
    assert last.get() == FIRST
    assert restored(last, tmp_path / "copy") == OLD


def test_a_disk_that_is_full_does_not_cost_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = LastGood(tmp_path / "state", pytest.fail)
    last.keep(FIRST, OLD.items())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for module in ("vigo_bridge.run.state_file", "vigo_bridge.run.kept_stacks"):
        with monkeypatch.context() as patch:
            patch.setattr(f"{module}.write_atomically", full)
            with pytest.raises(OSError, match="No space left"):
                last.keep(SECOND, NEW.items())
    assert last.get() == FIRST
    assert restored(last, tmp_path / "copy") == OLD


DAMAGE = {
    "an empty file": ("good.json", b"", False),
    "not JSON": ("good.json", b"{", False),
    "a list": ("good.json", b"[]", False),
    "no tag": ("good.json", b'{"number": 1, "revision": "a", "since": "b"}', False),
    "a number of a text": (
        "good.json",
        b'{"number": "1", "revision": "a", "since": "b", "tag": ""}',
        False,
    ),
    "a negative number": (
        "good.json",
        b'{"number": -1, "revision": "a", "since": "b", "tag": ""}',
        False,
    ),
    "no list of files": ("files/000001.json", None, True),
    "a damaged list of files": ("files/000001.json", b"{}", True),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_reported_and_repaired_by_the_next_good_version(
    case: str, tmp_path: Path
) -> None:
    name, content, is_known = DAMAGE[case]
    said: list[str] = []
    last = LastGood(tmp_path / "state", said.append)
    last.keep(FIRST, OLD.items())
    path = tmp_path / "state" / name
    path.write_bytes(content) if content is not None else path.unlink()
    assert not last.is_complete()
    assert last.get() == (FIRST if is_known else None)
    assert restored(last, tmp_path / "copy") is None
    assert said
    last.keep(SECOND, NEW.items())
    assert restored(last, tmp_path / "other") == NEW


def test_a_content_that_was_changed_is_not_used(tmp_path: Path) -> None:
    said: list[str] = []
    last = LastGood(tmp_path / "state", said.append)
    last.keep(FIRST, OLD.items())
    for path in (tmp_path / "state/files/contents").iterdir():
        path.write_bytes(b"harmful")
    assert not last.is_complete()
    assert restored(last, tmp_path / "copy") is None
    assert "was changed afterwards" in said[0]
