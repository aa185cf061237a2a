# SPDX-License-Identifier: GPL-3.0-or-later
"""A caller may start the program with its standard streams closed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    finished = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m vigo_bridge schema {closed}'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
