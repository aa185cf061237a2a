# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of tested versions in the README, and what a run of the matrix adds to it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.integration.engines import ALL, is_left_out
from tests.matrix import seen
from tests.matrix.controllers import Row
from tests.matrix.parts import CORES


def test_the_page_has_the_table() -> None:
    """If not, run `python -m tests.matrix.seen`."""
    page = seen.PAGE.read_text(encoding="utf-8")
    assert seen.table(seen.load()) in page
    assert seen.updated(page, seen.load()) == page


def test_the_table_has_all_engines_and_pythons() -> None:
    rows = [line.split(" | ")[0].removeprefix("| ") for line in seen.table(seen.load()).split("\n")]
    assert set(ALL) <= set(rows)
    for controllers, targets in CORES.values():
        assert {seen.controller(version) for version in controllers} <= set(rows)
        assert {seen.target(version) for version in targets} <= set(rows)


def test_a_run_replaces_what_it_has_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "FILE", tmp_path / "seen.yml")
    monkeypatch.setattr(seen, "PAGE", tmp_path / "README.md")
    seen.FILE.write_text("versions: {docker-28.5: '28'}\nruns: {docker-28.5: {'2.19': {passed: 1,")
    seen.FILE.write_text(seen.FILE.read_text() + " failed: 1}, '2.20': {passed: 2, failed: 0}}}\n")
    seen.PAGE.write_text(f"before\n\n{seen.table(seen.load())}\nafter\n")
    at = ("docker-28.5", "2.19")
    rows = [
        Row("a", at, True, {"passed": 3}, (), 1.0),
        Row("b", at, True, {"passed": 4, "skipped": 1}, (), 1.0),
        Row("c", (seen.target("3.8"), "2.19"), False, {"passed": 5, "errors": 2}, (), 1.0),
        Row("d", (seen.target("3.9"), "2.19"), False, {}, (), 1.0),
    ]
    seen.add(rows, {"docker-28.5": "28.5.2, API 1.51"})
    page = seen.PAGE.read_text()
    assert page.startswith("before\n\n| | version")
    assert page.endswith("|\n\nafter\n")
    for line in (
        "| docker-28.5 | 28.5.2, API 1.51 |  | 7 passed | 2 passed |  |  |",
        "| target with Python 3.8 |  |  | 2 of 7 failed |  |  |  |",
        "| target with Python 3.9 |  |  | 1 of 1 failed |  |  |  |",
    ):
        assert line in page.split("\n")


@pytest.mark.parametrize(
    ("fixtures", "mark", "left_out_on"),
    [
        (["engine"], None, []),
        (["each_engine"], "sweep", []),
        (["engine"], "sample", ["docker-28.5", "podman-5.8"]),
        (["docker_28"], None, ["podman-5.8"]),
        (["podman"], "sweep", ["docker-28.5", "podman-5.8"]),
        (["any_podman"], None, ["docker-28.5"]),
    ],
)
def test_the_tests_of_an_engine(
    fixtures: list[str], mark: str | None, left_out_on: list[str]
) -> None:
    """Its row counts no test of another engine, and none twice."""
    item: Any = SimpleNamespace(
        fixturenames=fixtures, get_closest_marker=lambda name: mark if name == mark else None
    )
    assert [
        name for name in ("docker-28.5", "podman-5.8") if is_left_out(item, name)
    ] == left_out_on
    assert not is_left_out(item, "")
