# SPDX-License-Identifier: GPL-3.0-or-later
"""Wheel, source distribution and collection, built from exported files."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.release.commit import COLLECTION
from tests.release.program import run, say


@dataclass(frozen=True)
class Artifacts:
    """The files of one release."""

    version: str
    wheel: Path
    sdist: Path
    collection: Path


def build(source: Path, folder: Path) -> Artifacts:
    """Build all files of a release into two folders, which are emptied first."""
    version = yaml.safe_load((source / COLLECTION / "galaxy.yml").read_text())["version"]
    for part in ("pypi", "galaxy"):
        shutil.rmtree(folder / part, ignore_errors=True)
    say("building the source distribution, and the wheel from it ...")
    run(sys.executable, "-m", "build", "--outdir", folder / "pypi", source)
    say("building the collection ...")
    galaxy = (sys.executable, "-m", "ansible", "galaxy", "collection", "build")
    run(*galaxy, source / COLLECTION, "--output-path", folder / "galaxy")
    return Artifacts(
        version=version,
        wheel=folder / f"pypi/vigo_bridge-{version}-py3-none-any.whl",
        sdist=folder / f"pypi/vigo_bridge-{version}.tar.gz",
        collection=folder / f"galaxy/vigo-bridge-{version}.tar.gz",
    )
