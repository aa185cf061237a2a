# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/secrets.md lists all attributes that can contain secrets."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES

PAGE = Path(__file__).parents[3] / "docs/secrets.md"
ROW = re.compile(r"^\| `(\w+)` \| (`.*`) \|$", re.MULTILINE)


def test_the_table_of_attributes() -> None:
    listed = {
        kind: re.findall("`(.*?)`", names)
        for kind, names in ROW.findall(PAGE.read_text(encoding="utf-8"))
    }
    accepted = {name: sorted(TYPES[name].names_where("secrets")) for name in sorted(TYPES)}
    assert listed == {name: attributes for name, attributes in accepted.items() if attributes}
