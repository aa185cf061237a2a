# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests are tried for a mutant, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutation.mutants import Mutant
from tests.mutation.reach import Reach

BEFORE = """\
LIMIT = 1


class Counter:
    @staticmethod
    def less(number):
        if number > 0:
            return number - LIMIT
        return None
"""
OTHERS = "tests/unit/test_other.py"
OWN = "tests/unit/test_counter.py"
REACH = Reach(
    seconds={
        f"{OWN}::test_slow": 2.0,
        f"{OWN}::test_quick": 0.1,
        f"{OWN}::test_of_another_line": 0.2,
        f"{OTHERS}::test_far": 0.01,
        f"{OTHERS}::test_function": 0.02,
        f"{OTHERS}::test_nothing": 0.02,
        "tests/unit/test_messages.py::test_list": 1.0,
    },
    lines={
        "counter.py": {
            7: {f"{OWN}::test_slow", f"{OWN}::test_quick", f"{OTHERS}::test_function"},
            8: {f"{OWN}::test_slow", f"{OWN}::test_quick", f"{OTHERS}::test_far", "failed"},
        }
    },
    importers={"counter.py": {OWN}},
)


def mutant(old: str, new: str) -> Mutant:
    return Mutant("counter.py", 1, BEFORE, BEFORE.replace(old, new))


def test_the_likeliest_tests_come_first_and_each_only_once() -> None:
    """Those that reach the line, of the file's own tests first; then those that read the code."""
    assert list(REACH.groups(mutant("number - LIMIT", "number + LIMIT"))) == [
        [f"{OWN}::test_quick", f"{OWN}::test_slow", f"{OTHERS}::test_far"],
        ["tests/unit/test_messages.py::test_list"],
        [f"{OTHERS}::test_function", f"{OWN}::test_of_another_line"],
    ]


def test_the_body_of_a_class_is_tried_with_all_tests_of_its_area(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It runs while its module is imported, which no recorded line shows."""
    reach = replace(REACH, importers={"counter.py": {OWN}, "user.py": {OTHERS}})
    monkeypatch.setattr("tests.mutation.reach.beside", lambda path: [path, "user.py"])
    assert [{*group} for group in reach.groups(mutant("LIMIT = 1", "LIMIT = 2"))] == [
        {"tests/unit/test_messages.py::test_list"},
        {name for name in REACH.seconds if name.startswith((OWN, OTHERS))},
    ]


@pytest.mark.parametrize(
    ("old", "new", "lines", "function"),
    [
        ("> 0", "> 1", {7}, range(5, 10)),
        ("return None", "return", {9}, range(5, 10)),
        ("@staticmethod", "@classmethod", {5}, range(5, 10)),
        ("LIMIT = 1", "LIMIT = 2", {1}, range(0)),
    ],
)
def test_the_lines_of_a_change(old: str, new: str, lines: set[int], function: range) -> None:
    found = mutant(old, new)
    assert found.lines == lines
    assert found.function == {*function}


def test_a_change_is_shown_as_a_difference() -> None:
    assert mutant("> 0", "> 1").diff == ["-        if number > 0:", "+        if number > 1:"]
