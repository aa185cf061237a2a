# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that records which test reaches which line, its processor time, and failures.

MUTATION_RECORD: the folder for the files of each process; MUTATION_INCLUDE: patterns of files.
"""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

FOLDER = Path(os.environ["MUTATION_RECORD"])
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_coverage = coverage.Coverage(
    data_file=str(FOLDER / f"lines-{_WORKER}"),
    include=os.environ["MUTATION_INCLUDE"].split(":"),
    config_file=False,
)
_seconds: dict[str, float] = {}
_failed: set[str] = set()


def pytest_configure() -> None:
    if _WORKER:
        _coverage.start()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Record the lines of one test under its name."""
    before = _spent()
    _coverage.switch_context(item.nodeid)
    result = yield
    _coverage.switch_context("")
    _seconds[item.nodeid] = round(_spent() - before, 3)
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _failed.add(report.nodeid)


def pytest_unconfigure() -> None:
    if _WORKER:
        _coverage.stop()
        _coverage.save()
        found = {"seconds": _seconds, "failed": sorted(_failed)}
        (FOLDER / f"tests-{_WORKER}.json").write_text(json.dumps(found))


def _spent() -> float:
    """Return the processor time of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
