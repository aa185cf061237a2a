# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module is stored on its target, and when the stored one cannot be used."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import kept_module
from ansible_collections.vigo.bridge.plugins.module_utils.host import private_files

FILES: dict[str, bytes | str] = {"one.py": b"bytecode" * 200, "two.py": "x = 1"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(private_files, "default_folder", lambda: str(tmp_path / "state"))
    return tmp_path / "state/modules"


def test_what_is_kept_is_read(folder: Path) -> None:
    kept_module.keep("exec-1", FILES)
    assert kept_module.read("exec-1") == FILES
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == ["exec-1.code"]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def _change_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _for_another_python(path: Path) -> None:
    path.write_bytes(b"\0\0\r\n" + path.read_bytes()[4:])


def _link(path: Path) -> None:
    path.rename(path.with_name("exec-0.code"))
    path.symlink_to("exec-0.code")


def _replace_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


def _make_full_folder(path: Path) -> None:
    path.mkdir()
    (path / "file").touch()


#: the state of the file that is kept
DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "cut": _cut,
    "a bit": _change_a_bit,
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "for another Python": _for_another_python,
    "a folder": _replace_by(Path.mkdir),
    "a full folder": _replace_by(_make_full_folder),
    "a FIFO": _replace_by(os.mkfifo),
    "a link": _link,
    "a link to a device": _replace_by(lambda path: path.symlink_to("/dev/zero")),
    "others may write": lambda path: path.chmod(0o666),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_of_no_use_is_replaced(folder: Path, damage: Callable[[Path], object]) -> None:
    kept_module.keep("exec-1", FILES)
    damage(folder / "exec-1.code")
    with pytest.raises((OSError, ValueError)):
        kept_module.read("exec-1")
    kept_module.keep("exec-1", FILES)
    assert kept_module.read("exec-1") == FILES
    assert (folder / "exec-1.code").lstat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("part", [".", "..", "exec-1.code"])
def test_what_another_user_owns_is_not_read(folder: Path, part: str) -> None:
    kept_module.keep("exec-1", FILES)
    os.chown(folder / part, 65534, 65534)
    with pytest.raises(PermissionError):
        kept_module.read("exec-1")


def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    kept_module.keep("exec-1", FILES)
    folder.chmod(0o777)
    with pytest.raises(PermissionError):
        kept_module.read("exec-1")
    kept_module.keep("exec-2", FILES)
    assert [path.name for path in folder.iterdir()] == ["exec-1.code"]


def test_the_last_former_versions_stay(folder: Path) -> None:
    folder.mkdir(parents=True)
    former = [
        "exec-a.code",
        "exec-a.py",
        "exec-b.code",
        "exec-c.code",
        "exec-d.code",
        "file-a.code",
    ]
    for age, name in enumerate(reversed(former)):
        (folder / name).touch()
        os.utime(folder / name, (10**9 - 60 * age,) * 2)
    (folder / "exec-e.code").symlink_to("nowhere")
    (folder / "exec-f.code").mkdir()
    kept_module.keep("exec-1", FILES)
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == ["exec-1.code", "exec-d.code", "exec-e.code", "exec-f.code", "file-a.code"]
