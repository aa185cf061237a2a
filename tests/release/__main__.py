# SPDX-License-Identifier: GPL-3.0-or-later
"""`make release`: builds what a release consists of, checks it, and says what to upload where.

Everything is built from the last commit, in `dist/release`; nothing is uploaded or tagged.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.release.artifacts import Artifacts, build
from tests.release.checks import check
from tests.release.commit import export, obstacles

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.release", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist/release")
    folder = parser.parse_args(arguments).output.absolute()
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        try:
            export(ROOT, source)
            artifacts = build(source, folder)
            check(artifacts, source, Path(scratch))
        except subprocess.CalledProcessError as error:
            command = " ".join(map(str, error.cmd))
            print(f"release: {command} failed:\n{error.stdout}", file=sys.stderr)
            return 1
    print(instructions(artifacts, obstacles(ROOT, artifacts.version)))
    return 0


def instructions(artifacts: Artifacts, missing: list[str]) -> str:
    """Return what is left to do, in order."""
    version = artifacts.version
    steps = [
        *missing,
        f"Push the tag: git push origin v{version}",
        f"Upload the package to PyPI: twine upload {artifacts.wheel} {artifacts.sdist}",
        "Upload the collection to Ansible Galaxy: ansible-galaxy collection publish"
        f" {artifacts.collection}",
        "Set the next version in galaxy.yml of the collection, and commit that",
    ]
    numbered = (f"  {number}. {step}" for number, step in enumerate(steps, 1))
    return "\n".join([f"Version {version} is built and checked. What is left to do:", *numbered])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
