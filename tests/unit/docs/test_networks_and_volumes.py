# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of networks and volumes in docs/containers.md is a valid stack in this order."""

from __future__ import annotations

import re
from pathlib import Path

from vigo_bridge.emit.tasks.sequence import sequence
from vigo_bridge.language.stack import load
from vigo_bridge.resolve.resolver import resolve

PAGE = Path(__file__).parents[3] / "docs/containers.md"


def test_the_example(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    path = tmp_path / "configcrates/shop.vgo"
    path.parent.mkdir()
    path.write_text(example)
    (tmp_path / "envoys.vgo").write_text("match: '*'\nconfigcrates: [shop]\n")
    (tmp_path / "stack.vgo").write_text("name: shop\nid: '0123456789abcdef0123456789abcdef'\n")
    plan, found = resolve(load(tmp_path), ["a"])
    assert found == ()
    (crate,) = sequence(plan.groups[0])
    order = [step.resource.id for step in crate.steps]
    assert order == ["shop/backend", "shop/data", "shop/db"]
