# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios in ``molecule/``, from create to destroy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.molecule import ROOT, molecule
from tests.testbed import Testbed

pytestmark = pytest.mark.integration

LONG = [
    path.parent.name
    for path in sorted(ROOT.glob("molecule/*/molecule.yml"))
    if path.parent.name != "default"
]


def test_default_scenario(testbed: Testbed, tmp_path: Path) -> None:
    molecule(testbed, ROOT, "default", tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("scenario", LONG)
def test_scenario(testbed: Testbed, tmp_path: Path, scenario: str) -> None:
    molecule(testbed, ROOT, scenario, tmp_path)
