# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundle style and task style do the same and leave the same, whenever nothing fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conformance.suite import Batch, Case, cases

pytestmark = pytest.mark.integration

TABLES = ("resources", "triggers", "conditions", "references", "templates", "variables")
CASES = {name: case for table in TABLES for name, case in cases(table).items()}
QUICK = {name: case for name, case in CASES.items() if case.quick}


@pytest.fixture(scope="module")
def quick_batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return _run(list(QUICK.values()), tmp_path_factory.mktemp("quick"))


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return _run(list(CASES.values()), tmp_path_factory.mktemp("all"))


@pytest.mark.parametrize("case", QUICK.values(), ids=QUICK)
def test_some(quick_batch: Batch, case: Case) -> None:
    _compare(quick_batch, case)


@pytest.mark.sweep
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_all(batch: Batch, case: Case) -> None:
    _compare(batch, case)


def test_there_are_enough() -> None:
    assert len(CASES) >= 60


def _run(rows: list[Case], folder: Path) -> Batch:
    batch = Batch(rows, folder)
    batch.run()
    return batch


def _compare(batch: Batch, case: Case) -> None:
    bundle, tasks = batch.seen[case.name, "bundle"], batch.seen[case.name, "tasks"]
    for run, one, other in zip(case.runs, bundle, tasks, strict=True):
        assert other.actions == one.actions, run
        assert other.state == one.state, run
        assert " ".join(one.actions.values()) == getattr(case, run), run
