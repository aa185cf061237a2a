# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker's plugin buildx, which Debian has from trixie on: the program is static, so that it also
runs on older releases.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.testbed import debian
from tests.testbed.common import cache_folder

_SUITE, _PACKAGE = "trixie", "docker-buildx"


def buildx_binary() -> Path:
    """Return the program, downloaded once.

    Raises:
        TestbedError: it cannot be downloaded.
    """
    folder = cache_folder() / f"{_PACKAGE}-{_SUITE}"
    program = folder / "usr/libexec/docker/cli-plugins/docker-buildx"
    if not program.exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        debian.unpack_from(_SUITE, _PACKAGE, unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    return program
