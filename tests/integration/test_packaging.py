# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheel, installed where nothing else is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_it_holds_the_program_and_the_collection(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {"vigo_bridge", "ansible_collections"} <= tops
    assert not tops & {"tests", "stacks", "docs", "benchmarks", "molecule"}
    bridge = "ansible_collections/vigo/bridge"
    assert f"{bridge}/plugins/modules/container.py" in names
    assert f"{bridge}/galaxy.yml" in names
    assert "vigo_bridge/emit/templates/site.yml.j2" in names
    # Ansible finds the collection only as a namespace package.
    assert "ansible_collections/__init__.py" not in names


def test_it_works_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    programs = environment / "bin"
    install = [programs / "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True)

    def output(program: str, *arguments: str) -> str:
        command = [programs / program, *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=tmp_path
        ).stdout

    assert "vigo-bridge, version" in output("vigo-bridge", "--version")
    validated = [programs / "vigo-bridge", "config", "validate", "--stacks", ROOT / "stacks"]
    assert subprocess.run(validated, check=False, cwd=tmp_path).returncode == 0
    documentation = output("ansible-doc", "-t", "module", "vigo.bridge.container")
    assert "vigo.bridge.container" in documentation.lower()
    assert str(environment) in documentation
