# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of one file run in one process, and so do those of files that share something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scheduling import TOGETHER, ByFile

ROOT = Path(__file__).parents[2]

#: the ID of a test -> what has one process
SCOPES = {
    "tests/integration/test_prune.py::test_a[x]": "tests/integration/test_prune.py",
    "tests/integration/test_local.py::TestLifecycle::test_b": "the example stack",
    "tests/integration/test_documentation.py::test_commands[README.md]": "the example stack",
    "tests/unit/test_rooms.py::test_there_is_no_circle": "all sources",
    "tests/unit/collection/test_floors.py::test_imports_go_down": "all sources",
}


@pytest.mark.parametrize(("nodeid", "scope"), SCOPES.items())
def test_scope(nodeid: str, scope: str) -> None:
    assert object.__new__(ByFile)._split_scope(nodeid) == scope


@pytest.mark.parametrize("name", TOGETHER)
def test_the_file_exists(name: str) -> None:
    assert (ROOT / name).is_file()
