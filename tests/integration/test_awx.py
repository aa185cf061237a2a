# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests for AWX without AWX: the definition of its image, and how it runs a project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.local_fleet import LocalFleet

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

ROOT = Path(__file__).parents[2]
DEFINITION = ROOT / "docs" / "awx" / "execution-environment.yml"
CONVERGE = "echo '{{.State}} {{ .Vars.fate }}' secret:awx/word >> HERE/$ME.log"


def run(*command: str | Path, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the programs of an environment that has what the definition names."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    needed = yaml.safe_load(DEFINITION.read_text())["dependencies"]
    packages = [needed[name]["package_pip"] for name in ("ansible_core", "ansible_runner")]
    run(folder / "bin" / "pip", "install", "-q", *packages, wheel, cwd=folder)
    return folder / "bin"


def test_the_definition_is_one(wheel: Path, programs: Path, tmp_path: Path) -> None:
    run(programs / "pip", "install", "-q", "ansible-builder", cwd=tmp_path)
    shutil.copy(DEFINITION, tmp_path)
    (tmp_path / "wheels").mkdir()
    shutil.copy(wheel, tmp_path / "wheels")
    run(programs / "ansible-builder", "create", "--file", DEFINITION.name, cwd=tmp_path)
    context = tmp_path / "context"
    assert (context / "_build" / "wheels" / wheel.name).exists()
    assert "pip install --no-cache-dir /tmp/wheels/*.whl" in (context / "Containerfile").read_text()


def test_a_project_runs_with_an_inventory_that_was_imported(programs: Path, tmp_path: Path) -> None:
    """AWX imports sources as JSON, and gives it to jobs as a script."""
    fleet = LocalFleet(tmp_path, [], CONVERGE, count=2)
    private = tmp_path / "private"
    secret = {"VIGO_SECRET_AWX_WORD": "hush"}
    generated = fleet(
        "generate", private / "project", "--stacks", fleet.stack, "-i", fleet.inventory
    )
    assert generated.status == 0, generated.err
    (private / "inventory").mkdir()
    sources = ("-i", fleet.inventory, "-i", private / "project" / "inventory")
    listed = run(programs / "ansible-inventory", *sources, "--list", "--export", cwd=tmp_path)
    imported: dict[str, Any] = json.loads(listed)
    script = private / "inventory" / "hosts"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(imported)}\nEND\n")
    script.chmod(0o755)
    fleet.stack.rename(tmp_path / "elsewhere")
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    run(
        *(programs / "ansible-runner", "run", private, "-p", "site.yml"),
        cwd=tmp_path,
        environment={**secret, **path},
    )
    for host in ("h1", "h2"):
        assert (tmp_path / f"{host}.log").read_text() == "converge\n{{.State}} good hush\n"
