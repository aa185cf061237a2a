# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/diagnostics.md explains every code, and each of its examples brings that code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from vigo_bridge.app.modules import module_findings
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import CODES
from vigo_bridge.resolve import check, resolve
from vigo_bridge.resolve.overrides import note_overrides, warn_of_reserved
from vigo_bridge.secrets.stores import findings as secret_findings

PAGE = (Path(__file__).parents[3] / "docs/diagnostics.md").read_text()
SECTIONS = re.findall(r"^## (VB\d+): ([^\n]*)\n\n```yaml\n(.*?)^```\n\n(?=\S)", PAGE, re.M | re.S)
HOST = "web1.example.com"


def test_every_code_has_its_section() -> None:
    assert {code: about for code, about, _ in SECTIONS} == CODES


@pytest.mark.parametrize(("code", "example"), [(code, text) for code, _, text in SECTIONS])
def test_examples(code: str, example: str, tmp_path: Path) -> None:
    _, *parts = re.split(r"^# (\S+\.(?:vgo|yml))\n", example, flags=re.M)
    for path, text in zip(parts[::2], parts[1::2], strict=True):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    inventory = tmp_path / "inventory.yml"
    users = yaml.safe_load(inventory.read_text())["all"]["hosts"] if inventory.exists() else {}

    stack = load(tmp_path)
    plan, found = resolve(stack, [HOST])
    ignored = warn_of_reserved(plan, users, {})
    noted = (
        *note_overrides(plan, users, {}),
        *ignored,
        *secret_findings(stack),
        *module_findings(stack),
    )
    codes = {item.code for item in (*check(stack), *found, *noted)}
    assert code in codes
