# SPDX-License-Identifier: GPL-3.0-or-later
"""The program and the stack of the page about programs of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.custom.behaviour import Custom
from tests.unit.module_utils.applying import apply
from vigo_bridge.language import load
from vigo_bridge.resolve import check, resolve

PAGE = Path(__file__).parents[3] / "docs/custom.md"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Return the files of the page, for a folder of this machine."""
    files = {"envoys.vgo": 'envoys: [{match: "*", configcrates: [app]}]\n'}
    for block in re.findall(r"^```\w+\n(.*?)^```", PAGE.read_text(), re.M | re.S):
        name = re.search(r"^# (\S+/\S+)$", block, re.M)
        assert name
        files[name[1]] = block.replace("/srv/app", str(tmp_path))
    for path, text in files.items():
        (tmp_path / "stack" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stack" / path).write_text(text)
    return tmp_path / "stack"


def test_the_example_works(stack: Path) -> None:
    assert [str(item) for item in check(load(stack), {})] == []
    plan, _ = resolve(load(stack), ["web1"])
    release = plan.groups[0].crates[0].resources[0]
    for in_check_mode, action in ((True, "created"), (False, "created"), (False, "none")):
        result = apply(Custom(), release.attributes, check=in_check_mode)
        assert result.action == action
    assert (stack.parent / "RELEASE").read_text() == "2.1"
