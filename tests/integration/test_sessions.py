# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recorded terminals of the documentation show is what the commands print today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.sessions import HOSTS, PAGE, recorded
from tests.testbed import Testbed

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

#: What differs from run to run, and from machine to machine.
_TIME = re.compile(r"up \d+ (?:s|min)(?: to \d+ (?:s|min))?|by \S+@\S+,|\([0-9a-f]{12}\)")


def shape(page: str) -> set[str]:
    """Return the lines of a page without numbers, and without the order in which hosts end."""
    lines = [re.sub(r"[\d.:-]+", "0", _TIME.sub("", line)) for line in page.splitlines()]
    # Times may be the same on all hosts, or not.
    return {" ".join(line.replace(" to 0 0", "").split()) for line in lines}


def test_the_recorded_terminals(testbed: Testbed, tmp_path: Path) -> None:
    fleet = testbed.fleet(HOSTS)
    try:
        page = recorded(fleet, tmp_path)
    finally:
        fleet.close()
    assert shape(page) == shape(PAGE.read_text(encoding="utf-8"))
