# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups that the inventory plugin makes, and that both ways to write variables agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import parse_resources
from tests.unit.collection.module_sources import load_yaml
from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.emit.group_variables import group_variables, inventory_groups, scope_variables
from vigo_bridge.language import load
from vigo_bridge.language.model import Identity
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


REVERTS = """\
name: a
vars: {path: /f}
defaults: {target_path: "{{ .Vars.path }}"}
resources:
  - {name: conf, type: file, content: a, revert: true}
  - {type: file, target_path: /g, on_revert: "rm {{ .Vars.path }}", revert: true, depends_on: conf}
  - {type: exec, command: make, on_revert: "undo secret:word", revert: true}
  - {type: package, package: [p], version: 1, lock_version: true, revert: true}
  - {name: s, type: service, service: s, enabled: true, restart_command: b, revert: true}
  - {type: package, package: [q], on_revert: unpack, revert: true}
  - {name: "l-{{ .Item }}", type: file_line, line: b, foreach: names, revert: true}
  - name: chosen
    type: file_line
    revert: true
    case: "{{ .Traits.os.family }}"
    match: {debian: {line: a, state: present}, default: {line: b}}
  - {name: kept, type: exec, command: "true", unless: "true", on_revert: undo}
"""
#: The groups of each, beside its ID.
UNDONE: dict[str, dict[str, Any]] = {
    "a/conf": {
        "type": "file",
        "target_path": "{{ .Vars.path }}",
        "content": "a",
        "state": "reverted",
        "revert": True,
    },
    "a/file:/g": {
        "type": "exec",
        "revert": True,
        "on_revert": "rm {{ .Vars.path }}",
        "depends_on": ["conf"],
    },
    "a/exec:make": {"type": "exec", "revert": True, "on_revert": "undo secret:word"},
    "a/package:8": {
        "type": "package",
        "package": ["p"],
        "lock_version": True,
        "state": "absent",
        "revert": True,
    },
    "a/s": {
        "type": "service",
        "service": "s",
        "enabled": False,
        "state": "stopped",
        "revert": True,
    },
    "a/package:10": {"type": "exec", "revert": True, "on_revert": "unpack"},
    "a/l-x": {
        "type": "file_line",
        "target_path": "{{ .Vars.path }}",
        "line": "b",
        "state": "absent",
        "revert": True,
        "item": "x",
    },
    "a/chosen": {
        "type": "file_line",
        "target_path": "{{ .Vars.path }}",
        "state": "absent",
        "line": '{{ if eq (print (.Traits.os.family)) "debian" }}a{{ else }}b{{ end }}',
        "revert": True,
    },
    "a/kept": {"type": "exec", "command": "true", "unless": "true"},
}


def test_what_undoes_a_resource_stands_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "configcrates").mkdir()
    crate = REVERTS.replace("vars: {", "vars: {names: [x], ")
    (tmp_path / "configcrates/a.vgo").write_text(crate)
    (tmp_path / "envoys.vgo").write_text("match: '*'\nconfigcrates: [a]\n")
    plan = planned(tmp_path, ["h"])
    variables = group_variables(plan.groups[0], plan.identity)
    found = {one.pop("id"): one for one in map(dict, variables["vigo_resources"])}
    assert found == UNDONE
    resources = parse_resources(variables["vigo_resources"])
    assert {one.id for one in resources if one.reverts} == {*UNDONE} - {"a/kept"}


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


#: which stack it is -> the variables that say so
IDENTITIES = [
    (Identity("shop"), {"vigo_scope": "shop", "vigo_scope_is_default": True}),
    (
        Identity("shop", former=("stacks",)),
        {"vigo_scope": "shop", "vigo_former_scopes": ["stacks"], "vigo_scope_is_default": True},
    ),
    (Identity("shop", is_named=True), {"vigo_scope": "shop"}),
    (
        Identity("1.0", "1e10", is_named=True, former=("{{ x }}",)),
        {"vigo_scope": "1.0", "vigo_stack_id": "1e10", "vigo_former_scopes": ["{{ x }}"]},
    ),
]


@pytest.mark.parametrize(("identity", "variables"), IDENTITIES)
def test_which_stack_it_is(identity: Identity, variables: dict[str, Any], tmp_path: Path) -> None:
    assert scope_variables(identity) == variables
    plan = planned(ROOT / "stacks", ["web1.app.example.com"])
    write_bundle(replace(plan, identity=identity), tmp_path)
    (file,) = (tmp_path / "inventory/group_vars").iterdir()
    written = load_yaml(file.read_text())
    names = {"vigo_scope", "vigo_stack_id", "vigo_former_scopes", "vigo_scope_is_default"}
    assert {name: written[name] for name in names & set(written)} == variables
