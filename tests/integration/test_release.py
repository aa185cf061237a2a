# SPDX-License-Identifier: GPL-3.0-or-later
"""`make release`, as far as it goes without uploading anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.integration


@pytest.mark.sweep
def test_release(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.release", "--output", str(tmp_path)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    built = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    version = built[0].name.removeprefix("vigo-bridge-").removesuffix(".tar.gz")
    assert [str(path) for path in built] == [
        f"galaxy/vigo-bridge-{version}.tar.gz",
        f"pypi/vigo_bridge-{version}-py3-none-any.whl",
        f"pypi/vigo_bridge-{version}.tar.gz",
    ]
    for path in built:
        assert str(tmp_path / path) in finished.stdout
    assert f"Version {version} is built and checked. What is left to do:" in finished.stdout
