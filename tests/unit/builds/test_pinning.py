# SPDX-License-Identifier: GPL-3.0-or-later
"""New values of variables in the files of a stack; the cases are in pinning.yaml."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.yaml_files import read_yaml
from vigo_bridge.builds.pinning import NotPinned, found, pin
from vigo_bridge.language import load
from vigo_bridge.language.values import Scalar

CASES = read_yaml(Path(__file__).parent / "pinning.yaml")
WORDS = st.text("ab :#'\"{}[],-\n%&*!|>\\\tä😀", max_size=8)
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.one_of(WORDS, st.lists(WORDS)))


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_bytes().decode()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, case["files"])
    stack = load(tmp_path)
    if "error" in case:
        with pytest.raises(NotPinned) as problem:
            pin(stack, {"web": "NEW"})
        assert case["error"] in str(problem.value)
    else:
        pin(stack, {"web": "NEW"})
    assert contents(tmp_path) == {**case["files"], **case.get("after", {})}


def test_two_variables_of_two_files(tmp_path: Path) -> None:
    """Both files change, and the permissions of the files stay."""
    write(tmp_path, {"common.vgo": "vars: {web: x, db: y}\n", "envoys/common.vgo": "vars: {db: y}"})
    (tmp_path / "common.vgo").chmod(0o640)
    pin(load(tmp_path), {"web": "NEW", "db": "newer"})
    assert contents(tmp_path) == {
        "common.vgo": 'vars: {web: "NEW", db: "newer"}\n',
        "envoys/common.vgo": 'vars: {db: "newer"}',
    }
    assert (tmp_path / "common.vgo").stat().st_mode & 0o777 == 0o640


def test_a_file_that_has_changed_since(tmp_path: Path) -> None:
    """Its lines are elsewhere now: nothing is written, in no file."""
    write(tmp_path, {"a/common.vgo": "vars: {web: x}\n", "common.vgo": "vars: {web: x}\n"})
    stack = load(tmp_path)
    write(tmp_path, {"common.vgo": "# new\nvars: {web: x}\n"})
    with pytest.raises(NotPinned, match="changed in the meantime"):
        pin(stack, {"web": "NEW"})
    assert contents(tmp_path)["a/common.vgo"] == "vars: {web: x}\n"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"shared/real.txt": "vars: {web: x}\n"})
    (tmp_path / "common.vgo").symlink_to("shared/real.txt")
    pin(load(tmp_path), {"web": "NEW"})
    assert (tmp_path / "common.vgo").is_symlink()
    assert (tmp_path / "shared/real.txt").read_text() == 'vars: {web: "NEW"}\n'


@given(DOCUMENTS, WORDS, st.booleans(), st.sampled_from([None, '"', "'", "|"]))
def test_only_the_value_changes(
    others: dict[str, Any], value: str, flow: bool, style: str | None
) -> None:
    """Whatever YAML a writer makes of the values, all others are the same afterwards."""
    data = {"vars": {**others, "web": value, "z": "end"}}
    text = yaml.safe_dump(
        data, default_flow_style=flow, default_style=style, allow_unicode=True, sort_keys=False
    )
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"common.vgo": text})
        stack = load(Path(folder))
        before = dict(stack.commons[0].vars)
        try:
            pin(stack, {"web": "NEW"})
        except NotPinned:
            assert contents(Path(folder)) == {"common.vgo": text}
            web = before["web"]
            assert isinstance(web, Scalar)
            assert "\n" in value + web.written or style == "|"
            return
        after = dict(load(Path(folder)).commons[0].vars)
    assert after.pop("web").data == "NEW"
    del before["web"]
    assert {key: item.data for key, item in after.items()} == {
        key: item.data for key, item in before.items()
    }


def test_found(tmp_path: Path) -> None:
    write(tmp_path, {"common.vgo": "vars: {web: x}\n"})
    pinned = found(load(tmp_path), "web")
    assert (pinned.value, [str(place) for place in pinned.positions]) == ("x", ["common.vgo:1:13"])


def test_no_definition(tmp_path: Path) -> None:
    with pytest.raises(NotPinned, match="variable 'web' is not defined"):
        found(load(tmp_path), "web")
