# SPDX-License-Identifier: GPL-3.0-or-later
"""The diagnostics of invalid stacks; the cases are in bad/*.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.yaml_files import read_yaml
from vigo_bridge.language import load
from vigo_bridge.language.catalog import TYPE_LABELS
from vigo_bridge.language.diagnostics import CODES, listed
from vigo_bridge.resolve import check

CASES = Path(__file__).parent / "bad"

#: Placeholders in the tables, for lists that grow with each resource type.
LISTS = {"ALL_TYPES": ", ".join(sorted(TYPE_LABELS)), "TYPES": listed(TYPE_LABELS)}


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['case']}")
        for file in sorted(CASES.glob("*.yaml"))
        for case in read_yaml(file)
    ]


def write_stack(folder: Path, case: dict[str, Any]) -> None:
    contents = {path: text.encode() for path, text in case.get("files", {}).items()}
    contents |= {path: bytes.fromhex(text) for path, text in case.get("bytes", {}).items()}
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.mark.parametrize("case", cases())
def test_findings(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigo_bridge.language.identity.new_id", lambda: "ID")
    stack = tmp_path / "stack"
    stack.mkdir()
    write_stack(stack, case)

    found = check(load(stack), case.get("settings", {}))

    shown = [item for item in found if case.get("shows") == "all" or item.severity == "error"]
    text = "".join(f"{item}\n" for item in shown).replace(str(stack), "STACK")
    for name, words in LISTS.items():
        text = text.replace(words, name)
    assert text == case["found"]
    assert all(item.code in CODES for item in found)
