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


_LOOK = """
import os, sys
from vigo_bridge.cli.program import open_closed_streams
open_closed_streams()
null = os.stat(os.devnull).st_rdev
found = [os.fstat(number).st_rdev == null for number in range(3)]
assert [found[0], found[1], found[2]] == CLOSED, found
assert not CLOSED[0] or (sys.stdin.isatty(), sys.stdin.buffer.read()) == (False, b"")
sys.stdout.buffer.write(b"")
sys.stderr.write("")
"""

#: what the caller closes -> which streams lead to /dev/null
CLOSED = {
    "0<&-": [True, False, False],
    ">&-": [False, True, False],
    "2>&-": [False, False, True],
    "<&- >&- 2>&-": [True, True, True],
}


@pytest.mark.parametrize(("closed", "to_null"), CLOSED.items(), ids=CLOSED)
def test_no_other_file_takes_the_place_of_a_stream(closed: str, to_null: list[bool]) -> None:
    script = f"CLOSED = {to_null}{_LOOK}"
    finished = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -c "$0" {closed}', script],
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
