# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of calls of the import, against the real `docker compose config`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.testbed.compose import compose_binary
from tests.unit.compose.loading.test_selection import CASES, content, written

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.get("compose", ()) is not None],
    ids=lambda case: case["name"],
)
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    options = case.get("compose", case.get("call", ()))
    finished = subprocess.run(
        [compose_binary(), *options, "config", "--format", "json"],
        cwd=written(case, project),
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **case.get("env", {})},
        input=content(case.get("input", "")),
        capture_output=True,
        text=True,
        check=False,
    )
    if case["services"] is None:
        assert finished.returncode != 0
        return
    found = json.loads(finished.stdout)
    assert sorted(found["services"]) == case["services"], finished.stderr
    assert found["name"] == case.get("project", "shop")
