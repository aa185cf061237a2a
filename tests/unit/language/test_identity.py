# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a stack on hosts: that in its stack.vgo, or else that of its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.language import load
from vigo_bridge.language.identity import ID, lines, new_id, suggested_name, unnamed

#: folder -> name, other names under which earlier runs may have made containers
FOLDERS = {
    "/srv/shop": ("shop", ()),
    "/srv/shop/": ("shop", ()),
    "/srv/shop/stacks": ("shop", ("stacks",)),
    "/srv/shop/./stacks/": ("shop", ("stacks",)),
    "/srv/shop/stacks/..": ("shop", ()),
    "/srv/shop/other/../stacks": ("shop", ("stacks",)),
    "/srv/shop/stacks/stacks": ("shop", ("stacks",)),
    "/srv/Stacks": ("Stacks", ()),
    "/stacks": ("stacks", ()),
    "/": ("stack", ()),
    "/srv/my shop/stacks": ("my shop", ("stacks",)),
}


@pytest.mark.parametrize(("folder", "expected"), FOLDERS.items())
def test_a_stack_without_a_file(folder: str, expected: tuple[str, tuple[str, ...]]) -> None:
    found = unnamed(Path(folder))
    assert (found.name, found.former, found.id, found.is_named) == (*expected, "", False)


@pytest.mark.parametrize("folder", [".", "", "stacks", "../here/stacks"])
def test_relative_folders(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert unnamed(Path(folder)).name == "here"


#: text -> name, ID, former names; the stack is in shop/stacks
FILES = {
    "name: web\nid: 0123456789abcdef\n": ("web", "0123456789abcdef", ("shop", "stacks")),
    "name: shop\nid: 0123456789abcdef\n": ("shop", "0123456789abcdef", ("stacks",)),
    "name: web\n": ("web", "", ("shop", "stacks")),
    "name: 1.0\nid: 1e10\n": ("1.0", "1e10", ("shop", "stacks")),
    "name: web\nid: abc\nformer_names: old, stacks\n": ("web", "abc", ("old", "stacks", "shop")),
}


@pytest.mark.parametrize(("text", "expected"), FILES.items())
def test_a_stack_with_a_file(
    text: str, expected: tuple[str, str, tuple[str, ...]], tmp_path: Path
) -> None:
    folder = tmp_path / "shop" / "stacks"
    folder.mkdir(parents=True)
    (folder / "stack.vgo").write_text(text)
    found = load(folder).identity
    assert (found.name, found.id, found.former) == expected
    assert found.is_named


@pytest.mark.parametrize("folder", ["/srv/shop/stacks", "/srv/-my shop!/stacks", "/no", "/é", "/"])
def test_the_lines_that_are_suggested_are_valid(folder: str, tmp_path: Path) -> None:
    (tmp_path / "stack.vgo").write_text(lines(suggested_name(Path(folder)), new_id()))
    stack = load(tmp_path)
    assert [item for item in stack.diagnostics if item.position] == []
    assert stack.identity.is_named
    assert ID.fullmatch(stack.identity.id)


def test_ids_differ() -> None:
    assert len({new_id() for _ in range(100)}) == 100
