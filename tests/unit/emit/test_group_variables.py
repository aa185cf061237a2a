# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups that the inventory plugin makes, and that both ways to write variables agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.collection.module_sources import load_yaml
from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.emit.group_variables import group_variables, inventory_groups
from vigo_bridge.language import load
from vigo_bridge.resolve import Plan, resolve

ROOT = Path(__file__).parents[3]


def planned(folder: Path, hosts: list[str], **settings: str) -> Plan:
    plan, diagnostics = resolve(load(folder), hosts, settings)
    assert [finding for finding in diagnostics if finding.severity == "error"] == []
    return plan


@pytest.mark.parametrize("settings", [{}, {"app_tag": "fixed"}], ids=["plain", "with --set"])
def test_they_are_what_the_bundle_writes(tmp_path: Path, settings: dict[str, str]) -> None:
    plan = planned(ROOT / "stacks", ["web1.app.example.com", "one.shop.example.com"], **settings)
    write_bundle(plan, tmp_path)
    for group in plan.groups:
        text = (tmp_path / f"inventory/group_vars/{group.name}.yml").read_text()
        assert load_yaml(text) == group_variables(group, plan.identity)


STACK = {
    "configcrates/a.vgo": "name: a-b\nresources: [{type: exec, command: 'true'}]\n",
    "envoys.vgo": """\
envoys:
  - match: env-production
    configcrates: [a-b]
  - match: "*"
    environment: production
    configcrates: [a-b]
""",
}


def test_a_group_that_means_something_else_gets_a_number(tmp_path: Path) -> None:
    for name, text in STACK.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    groups = inventory_groups(planned(tmp_path, ["env-production", "other"]), "/stack")
    hosts = {group.name: group.hosts for group in groups}
    assert hosts == {
        "vigo_env_production": ("env-production",),
        "vigo_all": ("other",),
        "vigo": (),
        "vigo_env_production_2": ("other",),
        "vigo_crate_a_b": ("env-production", "other"),
    }
