# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that an earlier call has generated are replaced, and no others."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from vigo_bridge.app.generated_files import LIST, generating
from vigo_bridge.failures import Failure


def generate(folder: Path, files: Mapping[str, str]) -> None:
    with generating(folder) as new:
        for name, text in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_text(text)


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != LIST
    }


def test_files_are_replaced_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    generate(folder, {"a": "1", "hosts/x/b": "2", "hosts/y/c": "3"})
    subprocess.run(["sha256sum", "--check", "--status", LIST], cwd=folder, check=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("theirs")
    generate(folder, {"a": "4", "hosts/x/d": "5"})
    assert content(folder) == {"a": "4", "hosts/x/d": "5", ".git/HEAD": "theirs"}
    assert not (folder / "hosts" / "y").exists()
    subprocess.run(["sha256sum", "--check", "--status", LIST], cwd=folder, check=True)


def test_a_file_that_was_removed_is_no_problem(tmp_path: Path) -> None:
    generate(tmp_path, {"a": "1", "b": "2"})
    (tmp_path / "a").unlink()
    generate(tmp_path, {"a": "3"})
    assert content(tmp_path) == {"a": "3"}


def checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


#: The files of a folder -> what is reported about the generation of `a` and `b`.
REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "files of somebody else": ({"b": "theirs"}, "is not empty; use a new folder"),
    "a list of somebody else": ({LIST: "apples\npears\n"}, "is not empty; use a new folder"),
    "a changed file": (
        {"a": "edited", LIST: f"{checksum('1')}  a\n"},
        "a changed after it was generated; move the change to the stack",
    ),
    "a changed file that is not generated any more": (
        {"old": "edited", LIST: f"{checksum('1')}  old\n"},
        "old changed after it was generated",
    ),
    "a new file in the way": (
        {"a": "1", "b": "theirs", LIST: f"{checksum('1')}  a\n"},
        "contains b, which an earlier call did not generate",
    ),
    "a file outside": (
        {"a": "1", LIST: f"{checksum('theirs')}  ../theirs\n"},
        "../theirs changed after it was generated",
    ),
}


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    (tmp_path / "theirs").write_text("theirs")
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(Failure, match=r"Nothing was written|not overwritten") as refused:
        generate(folder, {"a": "2", "b": "2"})
    assert message in str(refused.value)
    assert {path.name: path.read_text() for path in folder.iterdir()} == files
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_a_link_to_another_folder_is_not_followed(tmp_path: Path) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    generate(folder, {"hosts/a": "1"})
    (folder / "hosts").rename(other)
    (folder / "hosts").symlink_to(other)
    with pytest.raises(Failure, match="hosts/a changed"):
        generate(folder, {"b": "2"})
    assert (other / "a").read_text() == "1"
