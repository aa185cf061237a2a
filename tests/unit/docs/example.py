# SPDX-License-Identifier: GPL-3.0-or-later
"""The stacks that are examples of a page."""

from __future__ import annotations

import re
from pathlib import Path

from vigo_bridge.emit.tasks.sequence import sequence
from vigo_bridge.language.stack import load
from vigo_bridge.resolve.plan import PlannedResource
from vigo_bridge.resolve.resolver import resolve

DOCS = Path(__file__).parents[3] / "docs"


def resources(page: str, folder: Path, number: int = 0) -> list[PlannedResource]:
    """Return the resources of a configcrate that is a block of YAML on the page, in their order.

    It must be valid. folder: an empty one, for the stack. number: of the block, from 0.
    """
    examples = re.findall(r"^```yaml\n(.*?)^```", (DOCS / page).read_text(), re.M | re.S)
    path = folder / "configcrates/shop.vgo"
    path.parent.mkdir()
    path.write_text(examples[number])
    (folder / "envoys.vgo").write_text("match: '*'\nconfigcrates: [shop]\n")
    (folder / "stack.vgo").write_text("name: shop\nid: '0123456789abcdef0123456789abcdef'\n")
    plan, found = resolve(load(folder), ["a"])
    assert found == ()
    (crate,) = sequence(plan.groups[0])
    return [step.resource for step in crate.steps]
