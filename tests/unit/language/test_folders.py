# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that are no stacks, and files that are no files."""

from __future__ import annotations

import os
from pathlib import Path

from tests.unit.language.test_bad_stacks import cases, write_stack
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import CODES
from vigo_bridge.resolve import check


def findings(folder: Path) -> list[str]:
    return [str(item).replace(str(folder), "STACK") for item in check(load(folder))]


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    assert findings(tmp_path / "stack") == [
        "error: the stack 'STACK' does not exist\n"
        "  name the folder that holds configcrates/ and envoys/ with --stacks, or start one with"
        " `vigo-bridge init`"
    ]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "stack"
    file.touch()
    assert findings(file)[0].startswith("error: the stack 'STACK' is not a folder")


def test_the_folder_above_a_stack(tmp_path: Path) -> None:
    (tmp_path / "stockpile/modules").mkdir(parents=True)
    assert findings(tmp_path) == [
        "error: 'STACK' is not a stack, but holds one\n  write --stacks STACK/stockpile"
    ]


def test_a_link_to_nowhere_and_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "configcrates").mkdir()
    (tmp_path / "configcrates/web.vgo").symlink_to("nowhere")
    os.mkfifo(tmp_path / "envoys.vgo")
    assert [text.split("\n")[0] for text in findings(tmp_path)] == [
        "configcrates/web.vgo:1:1: error: the file cannot be read: No such file or directory",
        "envoys.vgo:1:1: error: the file cannot be read: it is no regular file",
    ]


def test_linked_folders_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/web.vgo").write_text("name: web\n")
    stack = tmp_path / "stack"
    stack.mkdir()
    (stack / "configcrates").symlink_to(tmp_path / "shared")
    (tmp_path / "shared/again").symlink_to(stack)
    assert list(load(stack).configcrates) == ["web"]


def test_hidden_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/x.vgo").write_text("[")
    (tmp_path / ".x.vgo").write_text("[")
    assert load(tmp_path).broken == frozenset()


def test_every_code_has_a_case(tmp_path: Path) -> None:
    seen = {"VB101", "VB209", "VB310"}  # here, and where hosts are known
    seen |= {"VB602", "VB603", "VB604"}  # where the secret stores are asked
    for number, parameters in enumerate(cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_stack(folder, parameters.values[0])
        seen |= {item.code for item in check(load(folder))}
    assert seen == set(CODES)
