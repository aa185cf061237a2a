# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the files of a release: each is installed into a separate environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tests.release.artifacts import Artifacts
from tests.release.commit import COLLECTION
from tests.release.program import run, say

#: What ansible-doc calls each kind of plugin, and where the collection has them.
_KINDS = {
    "module": "plugins/modules/*.py",
    "inventory": "plugins/inventory/*.py",
    "lookup": "plugins/lookup/*.py",
    "role": "roles/*",
}


def check(artifacts: Artifacts, source: Path, scratch: Path) -> None:
    """Check all files of a release.

    Raises:
        CalledProcessError: a check failed.
    """
    say("checking the package's description ...")
    run(sys.executable, "-m", "twine", "check", "--strict", artifacts.wheel, artifacts.sdist)
    _check_wheel(artifacts, source, scratch / "package")
    _check_collection(artifacts, source, scratch / "collection")
    _check_import(artifacts, scratch / "importer")


def _check_wheel(artifacts: Artifacts, source: Path, folder: Path) -> None:
    say("installing the wheel into an empty environment ...")
    python = _environment(folder, artifacts.wheel)
    program = python.with_name("vigo-bridge")
    run(program, "--help", folder=folder)
    _expect(artifacts.version, run(program, "--version", folder=folder))
    run(program, "config", "validate", "--stacks", source / "stacks", folder=folder)
    _check_documentation(python, source, folder)


def _check_collection(artifacts: Artifacts, source: Path, folder: Path) -> None:
    say("installing the collection beside nothing but ansible-core ...")
    python = _environment(folder, f"ansible-core=={metadata.version('ansible-core')}")
    galaxy = (python, "-m", "ansible", "galaxy", "collection")
    installed = str(folder / "collections")
    run(*galaxy, "install", artifacts.collection, "-p", installed, folder=folder)
    path = {"ANSIBLE_COLLECTIONS_PATH": installed}
    run(*galaxy, "verify", "--offline", "vigo.bridge", folder=folder, **path)
    _expect(artifacts.version, run(*galaxy, "list", "vigo.bridge", folder=folder, **path))
    _check_documentation(python, source, folder, **path)


def _check_import(artifacts: Artifacts, folder: Path) -> None:
    say("importing the collection as Ansible Galaxy does ...")
    # Its own dependencies differ from those of tests/constraints.txt.
    python = _environment(folder, "galaxy-importer>=0.4.44,<0.5")
    settings = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false",  # `make lint` does this.
    }
    importer = (python, "-m", "galaxy_importer.main", artifacts.collection)
    _expect("completed successfully", run(*importer, folder=folder, **settings))


def _environment(folder: Path, package: str | Path) -> Path:
    """Return the Python of a new virtual environment that has one package."""
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package)
    return python


def _check_documentation(python: Path, source: Path, folder: Path, **variables: str) -> None:
    for kind, names in plugins(source / COLLECTION):
        shown = run(
            *(str(python), "-m", "ansible", "doc", "-t", kind, *names), folder=folder, **variables
        )
        for name in names:
            _expect(name, shown.lower())


def plugins(collection: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the documented plugins of a collection, by kind."""
    for kind, pattern in _KINDS.items():
        yield kind, [f"vigo.bridge.{path.stem}" for path in sorted(collection.glob(pattern))]


def _expect(text: str, printed: str) -> None:
    if text not in printed:
        raise subprocess.CalledProcessError(1, ["looking for", text], printed)
