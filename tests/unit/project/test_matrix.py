# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of tested versions in the README, and what a run of the matrix adds to it."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Never

import pytest

from tests.integration.engines import ALL, is_left_out
from tests.matrix import __main__ as matrix
from tests.matrix import seen
from tests.matrix.controllers import Controller, Row
from tests.matrix.parts import BETA, BETA_PARTS, BETA_PYTHON, CORES, PARTS, Part
from tests.testbed import TestbedError


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


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be seen yet, and the page be another."""
    monkeypatch.setattr(seen, "FILE", tmp_path / "seen.yml")
    monkeypatch.setattr(seen, "PAGE", tmp_path / "README.md")
    seen.FILE.write_text("{versions: {}, runs: {}}")
    seen.PAGE.write_text(seen.table(seen.load()))


@pytest.mark.usefixtures("empty")
def test_a_run_replaces_what_it_has_tried() -> None:
    seen.FILE.write_text("versions: {docker-28.5: '28'}\nruns: {docker-28.5: {'2.19': {passed: 1,")
    seen.FILE.write_text(seen.FILE.read_text() + " failed: 1}, '2.20': {passed: 2, failed: 0}}}\n")
    seen.PAGE.write_text(f"before\n\n{seen.table(seen.load())}\nafter\n")
    for cell, part, ok, counts in (
        (("docker-28.5", "2.19"), "", True, {"passed": 7, "skipped": 1}),
        ((seen.target("3.8"), "2.19"), "", False, {"passed": 5, "errors": 2}),
        ((seen.target("3.9"), "2.19"), "", False, {}),
        ((seen.controller("3.13"), "2.21"), "unit", True, {"passed": 10}),
        ((seen.controller("3.13"), "2.21"), "plugins", False, {"passed": 1, "failed": 1}),
        ((seen.controller("3.13"), "2.21"), "plugins", True, {"passed": 2}),
    ):
        seen.add(Row("a", cell, part, ok, counts, (), 1.0), {"docker-28.5": "28.5.2, API 1.51"})
    page = seen.PAGE.read_text()
    assert page.startswith("before\n\n| | version")
    assert page.endswith("|\n\nafter\n")
    for line in (
        "| docker-28.5 | 28.5.2, API 1.51 |  | 7 passed | 2 passed |  |  |",
        "| target with Python 3.8 |  |  | 2 of 7 failed |  |  |  |",
        "| target with Python 3.9 |  |  | 1 of 1 failed |  |  |  |",
        "| controller with Python 3.13 |  |  |  |  | 12 passed, unit and plugins |  |",
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


def prints(text: str, status: int) -> Controller:
    """Return a controller whose tests end with this line."""
    program = f"print({text!r}); raise SystemExit({status})"
    return Controller(BETA, BETA_PYTHON, (sys.executable, "-c", program))


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("text", "status", "cell"),
    [
        ("3 passed in 1.00s", 0, "3 passed, unit"),
        ("1 failed, 2 passed, 4 skipped in 1.00s", 1, "1 of 3 failed, unit"),
        ("", 4, "1 of 1 failed, unit"),
    ],
)
def test_the_beta_is_tried_without_a_verdict(
    monkeypatch: pytest.MonkeyPatch, text: str, status: int, cell: str
) -> None:
    beta = nullcontext((prints(text, status), "3.14.0, ansible-core 2.22.0b2"))
    monkeypatch.setattr(matrix, "beta_controller", lambda: beta)
    assert matrix.main([BETA, "--only", "unit"]) == 0
    row = f"| controller with Python 3.14 | 3.14.0, ansible-core 2.22.0b2 |  |  |  |  | {cell} |"
    assert row in seen.PAGE.read_text()


@pytest.mark.usefixtures("empty")
def test_a_chosen_core_is_all_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    beta = nullcontext((prints("3 passed in 1.00s", 0), "3.14.0, ansible-core 2.22.0b2"))
    monkeypatch.setattr(matrix, "beta_controller", lambda: beta)
    assert matrix.main([BETA]) == 0
    cell = {"passed": 9, "failed": 0}
    parts = {word: {"passed": 3, "failed": 0} for word in BETA_PARTS}
    assert seen.load()["runs"] == {seen.controller(BETA_PYTHON): {BETA: {**cell, "parts": parts}}}


@pytest.mark.usefixtures("empty")
def test_no_beta_can_be_had(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Never:
        raise TestbedError("no engine answers")

    monkeypatch.setattr(matrix, "beta_controller", missing)
    assert matrix.main([BETA, "--only", "unit"]) == 1
    assert "left out: core 2.22, controller 3.14 (no engine answers)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("part", "markers"),
    [
        (PARTS["unit"], "not sweep"),
        (PARTS["molecule"], ""),
        (BETA_PARTS["plugins"], "not sweep and not testbed"),
    ],
)
def test_which_tests_a_part_leaves_out(part: Part, markers: str) -> None:
    assert part.markers == markers


def test_tests_without_ansible_install_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "install", lambda *_: pytest.fail("an ansible-core is installed"))
    chosen = Namespace(only=["containers"], chosen=[])
    assert list(matrix._on_all_controllers(chosen, [], {})) == []
