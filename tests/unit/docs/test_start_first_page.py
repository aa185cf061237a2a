# SPDX-License-Identifier: GPL-3.0-or-later
"""The example in docs/start-first.md is a valid stack, and its table names what is refused."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import (
    spec,
    start_first,
)
from vigo_bridge.emit.tasks.sequence import sequence
from vigo_bridge.language.stack import load
from vigo_bridge.resolve.resolver import resolve

PAGE = Path(__file__).parents[3] / "docs/start-first.md"


def test_the_example(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    path = tmp_path / "configcrates/shop.vgo"
    path.parent.mkdir()
    path.write_text(example)
    (tmp_path / "envoys.vgo").write_text("match: '*'\nconfigcrates: [shop]\n")
    plan, found = resolve(load(tmp_path), ["a"])
    assert found == ()
    (crate,) = sequence(plan.groups[0])
    (step,) = crate.steps
    parsed = spec.parse({**step.resource.attributes, "image": "x"})
    assert start_first.is_chosen(parsed)
    assert (parsed.drain_time, parsed.pre_stop) == (15.0, ("touch", "/tmp/draining"))


def test_the_table() -> None:
    table = PAGE.read_text().partition("| setting |")[2].partition("\n\n")[0]
    named = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)", row.split("|")[1])
    }
    refused = {names[-1] for names, _check in start_first.CONFLICTS} | {"volumes"}
    assert refused - named - {"renew_volumes"} == set()
