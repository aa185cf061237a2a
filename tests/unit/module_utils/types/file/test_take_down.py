# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that the stack has written is removed with the stack, unless something has changed it."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.file import take_down

TEXT = b"x" * (1 << 20) + b"y"
DIGEST = hashlib.sha256(TEXT).hexdigest()


def link(path: Path) -> None:
    path.rename(path.with_name("other"))
    path.symlink_to("other")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


#: what happens to the file -> the action, the reason, and whether something is left there
CASES: dict[str, tuple[Callable[[Path], object], str, str, bool]] = {
    "nothing": (lambda path: None, "deleted", "file PATH", False),
    "changed": (
        lambda path: path.write_bytes(b"x"),
        "skipped",
        "PATH was changed by something else since the stack wrote it",
        True,
    ),
    "gone": (Path.unlink, "none", "PATH does not exist", False),
    "a link to it": (
        link,
        "skipped",
        "PATH was changed by something else since the stack wrote it",
        True,
    ),
    "a folder": (
        folder,
        "skipped",
        "PATH was changed by something else since the stack wrote it",
        True,
    ),
}


@pytest.mark.parametrize(("change", "action", "reason", "is_left"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("check", [True, False])
def test_file(
    change: Callable[[Path], object],
    action: str,
    reason: str,
    is_left: bool,
    check: bool,
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    path.write_bytes(TEXT)
    change(path)
    there = os.path.lexists(path)
    result = take_down.remove_written("it", "file", str(path), DIGEST, check)
    assert (result.id, result.type, result.action) == ("it", "file", action)
    assert result.reason == reason.replace("PATH", str(path))
    assert os.path.lexists(path) is (there if check else is_left)


def test_a_folder_above_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = take_down.remove_written("it", "file", f"{tmp_path}/file/x", DIGEST, False)
    assert result.action == "none"


@pytest.mark.parametrize(
    ("code", "action"), [(errno.EIO, "blocked"), (errno.EACCES, "failed"), (errno.ELOOP, "failed")]
)
def test_what_cannot_be_read_or_removed(
    code: int, action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(TEXT)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    for name in ("open", "unlink"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, refuse)
            result = take_down.remove_written("it", "file", str(path), DIGEST, False)
        assert (result.action, result.id, result.type) == (action, "it", "file")
        assert str(path) in result.reason
        assert result.error == {"message": result.reason, "log": ""}
    assert path.exists()
