# SPDX-License-Identifier: GPL-3.0-or-later
"""The areas of mutation tests: all of the code that they are for, each part once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.mutation.areas import MODULE_UTILS, ROOT, areas, samples

AREAS = areas()


def test_each_file_is_in_one_area() -> None:
    counted = Counter(name for area in AREAS.values() for name in area.files)
    roots = [f"{MODULE_UTILS}/types", f"{MODULE_UTILS}/converge", "vigo_bridge/run"]
    paths = [path for root in roots for path in (ROOT / root).rglob("*.py")]
    assert counted == Counter({str(path.relative_to(ROOT)): 1 for path in paths})


@pytest.mark.parametrize("name", AREAS)
def test_the_tests_exist(name: str) -> None:
    assert [test for test in AREAS[name].tests if not (ROOT / test).exists()] == []


def test_samples() -> None:
    """They follow the size, and no area is left out."""
    found = samples(AREAS, 200)
    assert 190 <= sum(found.values()) <= 220
    assert min(found.values()) >= 1
    assert max(found, key=found.__getitem__) == "types/container"
