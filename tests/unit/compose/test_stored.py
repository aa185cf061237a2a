# SPDX-License-Identifier: GPL-3.0-or-later
"""What a store gets from an imported project, by the table in stored.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.yaml_files import read_yaml
from vigo_bridge.compose.importer import read_compose

CASES = read_yaml(Path(__file__).parent / "stored.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    place = tmp_path / "shop"
    for name, text in {"compose.yml": case["compose"], **case.get("files", {})}.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8", newline="")
    for name, mode in case.get("modes", {}).items():
        (place / name).chmod(int(mode, 8))
    found = read_compose(
        [place / "compose.yml"], case.get("env", {}), match="*", root=place, are_stored=True
    )
    written = "\n".join(found.files.values())
    assert [text for text in case["has"] if text not in written] == [], written
    assert [text for text in case.get("never", ()) if text in written] == [], written
    assert {each.path: each.value for each in found.stack.secrets} == case["stored"]
    told = [str(finding) for finding in found.findings if finding.severity == "note"]
    assert [text for text in case.get("notes", ()) if not any(text in line for line in told)] == []
    shown = repr(found.stack.secrets)
    assert not any(value and value in shown for value in case["stored"].values())
