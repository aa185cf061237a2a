# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of one file, and of all files with the example stack, run in one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scheduling import WITH_THE_EXAMPLE_STACK, ByFile

ROOT = Path(__file__).parents[2]

#: the ID of a test -> what has one process
SCOPES = {
    "tests/integration/test_prune.py::test_a[x]": "tests/integration/test_prune.py",
    "tests/integration/test_local.py::TestLifecycle::test_b": "the example stack",
    "tests/integration/test_documentation.py::test_commands[README.md]": "the example stack",
}


@pytest.mark.parametrize(("nodeid", "scope"), SCOPES.items())
def test_scope(nodeid: str, scope: str) -> None:
    assert object.__new__(ByFile)._split_scope(nodeid) == scope


@pytest.mark.parametrize("name", sorted(WITH_THE_EXAMPLE_STACK))
def test_the_file_exists(name: str) -> None:
    assert (ROOT / "tests/integration" / name).is_file()
