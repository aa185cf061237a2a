# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that runs the tests of a list, in its order, with limited processor time.

MUTATION_TESTS: a JSON file with the names of the tests and the seconds that a process may use.
"""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest


def pytest_configure() -> None:
    """Limit the time, and take a process group: signals of a mutant reach no other one."""
    seconds = int(_wanted()["seconds"])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.setpgid(0, 0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: number for number, name in enumerate(_wanted()["tests"])}
    items[:] = sorted(
        (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
    )


def _wanted() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(os.environ["MUTATION_TESTS"]).read_text())
    return found
