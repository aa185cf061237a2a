# SPDX-License-Identifier: GPL-3.0-or-later
"""The areas of mutation tests: all of the code that they are for, each part once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.mutation.areas import MODULE_UTILS, ROOT, areas, below

AREAS = areas()


def test_each_file_is_in_one_area() -> None:
    counted = Counter(name for files in AREAS.values() for name in files)
    roots = [f"{MODULE_UTILS}/types", f"{MODULE_UTILS}/converge", "vigo_bridge/run"]
    paths = [path for root in roots for path in (ROOT / root).rglob("*.py")]
    assert counted == Counter({str(path.relative_to(ROOT)): 1 for path in paths})


@pytest.mark.parametrize(
    ("wanted", "selected"),
    [
        ("types", [name for name in AREAS if name.startswith("types/")]),
        ("types/exec", ["types/exec"]),
        ("run", ["run"]),
        ("typ", []),
        ("", []),
    ],
)
def test_a_name_selects_an_area_or_all_below_it(wanted: str, selected: list[str]) -> None:
    assert below(wanted, AREAS) == [path for name in selected for path in AREAS[name]]
