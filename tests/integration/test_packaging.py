# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheel, installed if nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.integration

Command = list[str | Path]


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
    assert f"{bridge}/roles/stack/meta/argument_specs.yml" in names
    assert "vigo_bridge/emit/templates/site.yml.j2" in names
    assert "vigo_bridge/py.typed" in names
    # Ansible finds the collection only as a namespace package.
    assert "ansible_collections/__init__.py" not in names


def test_it_describes_itself(wheel: Path) -> None:
    """As the package index shows it."""
    files = zipfile.ZipFile(wheel)
    (name,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
    described = message_from_bytes(files.read(name))
    galaxy = (ROOT / "ansible_collections/vigo/bridge/galaxy.yml").read_text()
    assert f"\nversion: {described['Version']}\n" in galaxy
    assert described["License-Expression"] == "GPL-3.0-or-later"
    assert described["Description-Content-Type"] == "text/markdown"
    assert len(described.get_all("Project-URL", [])) >= 4


def test_it_works_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    programs = environment / "bin"
    pip: Command = [programs / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, wheel], check=True)

    def output(program: str, *arguments: str) -> str:
        command: Command = [programs / program, *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=tmp_path
        ).stdout

    assert "vigo-bridge, version" in output("vigo-bridge", "--version")
    validate: Command = [programs / "vigo-bridge", "config", "validate"]
    validated = [*validate, "--stacks", ROOT / "stacks"]
    assert subprocess.run(validated, check=False, cwd=tmp_path).returncode == 0
    documentation = output("ansible-doc", "-t", "module", "vigo.bridge.container")
    assert "vigo.bridge.container" in documentation.lower()
    assert str(environment) in documentation


@pytest.mark.sweep
class TestCollectionAlone:
    """The collection as Ansible Galaxy gives it, beside an ansible-core and nothing of ours."""

    @pytest.fixture(scope="class")
    @classmethod
    def environment(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("galaxy")
        galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection"]
        source = ROOT / "ansible_collections/vigo/bridge"
        build = [*galaxy, "build", str(source), "--output-path", str(folder)]
        subprocess.run(build, check=True, capture_output=True)
        (tarball,) = folder.glob("vigo-bridge-*.tar.gz")
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        python = folder / "venv/bin/python"
        core = f"ansible-core=={metadata.version('ansible-core')}"
        pip: Command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, core], check=True)
        ansible: Command = [python, "-m", "ansible"]
        install = [*ansible, "galaxy", "collection", "install", tarball]
        # Elsewhere than here, where the collection is already.
        subprocess.run([*install, "-p", str(folder / "collections")], check=True, cwd=folder)
        requirements = folder / "collections/ansible_collections/vigo/bridge/requirements.txt"
        subprocess.run([*pip, "--requirement", requirements], check=True)
        return folder

    def ansible(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [folder / "venv/bin/python", "-m", "ansible", *arguments],
            env={
                **os.environ,
                "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
                "ANSIBLE_NOCOLOR": "1",
            },
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )

    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            *(("module", name) for name in ("condition", "container", "converge")),
            *(("module", name) for name in ("exec", "file", "traits")),
            ("inventory", "stacks"),
            ("lookup", "gotemplate"),
            ("lookup", "secret"),
            ("role", "stack"),
        ],
    )
    def test_its_documentation(self, environment: Path, kind: str, name: str) -> None:
        finished = self.ansible(environment, "doc", "-t", kind, f"vigo.bridge.{name}")
        assert finished.returncode == 0, finished.stderr
        assert f"vigo.bridge.{name}" in finished.stdout.lower()

    def test_its_modules(self, environment: Path) -> None:
        arguments = json.dumps({"target_path": str(environment / "made"), "content": "x"})
        host = ("localhost", "-i", "localhost,", "-c", "local")
        python = ("-e", f"ansible_python_interpreter={environment}/venv/bin/python")
        task = ("-m", "vigo.bridge.file", "-a", arguments)
        finished = self.ansible(environment, "adhoc", *host, *python, *task)
        assert "localhost | CHANGED" in finished.stdout, finished.stdout + finished.stderr
        assert (environment / "made").read_text() == "x"

    def test_the_inventory_plugin_says_what_it_lacks(self, environment: Path) -> None:
        (environment / "my.vigo.yml").write_text("plugin: vigo.bridge.stacks\n")
        sources = ("-i", "web1,", "-i", "my.vigo.yml")
        finished = self.ansible(environment, "inventory", *sources, "--graph")
        assert finished.returncode == 0
        assert "web1" in finished.stdout
        assert "needs the Python package vigo-bridge in Ansible's environment" in finished.stderr
        assert "-m pip install vigo-bridge" in finished.stderr

    def test_an_execution_environment_gets_what_it_needs(self, environment: Path) -> None:
        """As the build of an image asks, with the program of ansible-builder that runs in it."""
        venv = environment / "builder"
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip: Command = [venv / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
        constraints = ROOT / "tests/constraints.txt"
        subprocess.run([*pip, "--constraint", constraints, "ansible-builder"], check=True)
        written = environment / "wanted.txt"
        asked: Command = [venv / "bin/ansible-builder", "introspect", "--write-pip", written]
        subprocess.run([*asked, environment / "collections"], check=True, capture_output=True)
        wanted = [line.partition("  # ")[0] for line in written.read_text().splitlines()]
        needed = environment / "collections/ansible_collections/vigo/bridge/requirements.txt"
        lines = needed.read_text().splitlines()
        assert wanted == [line for line in lines if not line.startswith("#")]
        assert any(line.startswith("docker>=") for line in wanted)
