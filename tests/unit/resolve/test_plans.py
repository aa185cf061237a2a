# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts get from a stack; the cases are in cases/*.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.yaml_files import read_yaml
from vigo_bridge.language import load
from vigo_bridge.resolve import Group, PlannedResource, resolve

CASES = Path(__file__).parent / "cases"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['case']}")
        for file in sorted(CASES.glob("*.yaml"))
        for case in read_yaml(file)
    ]


@pytest.mark.parametrize("case", cases())
def test_plan(case: dict[str, Any], tmp_path: Path) -> None:
    contents = {path: text.encode() for path, text in case["files"].items()}
    contents |= {path: bytes.fromhex(text) for path, text in case.get("bytes", {}).items()}
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)

    plan, diagnostics = resolve(load(tmp_path), list(case["expect"]), case.get("settings", {}))

    assert [str(item) for item in diagnostics if item.severity == "error"] == []
    other_matches = sorted(str(item).split("\n")[0] for item in diagnostics if item.code == "VB209")
    assert other_matches == sorted(case.get("warnings", []))
    for host, expected in case["expect"].items():
        if expected == "unmatched":
            assert host in plan.unmatched
        else:
            (group,) = (group for group in plan.groups if host in group.hosts)
            seen = seen_of(group)
            assert {name: part(seen[name], expected[name]) for name in expected} == expected


def part(value: Any, pattern: Any) -> Any:
    """Return the value, as far as the pattern names its keys; attributes count as a whole."""
    if not isinstance(value, dict) or not isinstance(pattern, dict):
        return value
    if not pattern:
        return {} if "attributes" in value else value
    return {
        name: value[name] if name in ("attributes", "item") else part(value[name], pattern[name])
        for name in pattern
    }


def seen_of(group: Group) -> dict[str, Any]:
    return {
        "group": group.name,
        "match": group.match,
        "environment": group.environment,
        "roles": list(group.roles),
        "crates": [crate.name for crate in group.crates],
        "because": {crate.name: crate.included_by for crate in group.crates},
        "when": {crate.name: crate.when for crate in group.crates},
        "own": {crate.name: dict(crate.vars) for crate in group.crates},
        "variables": {item.name: item.value for item in group.variables},
        "positions": {item.name: str(item.position) for item in group.variables},
        "layers": {item.name: item.layer for item in group.variables},
        "overrides": {
            item.name: [str(place) for place in item.overrides] for item in group.variables
        },
        "resources": {
            resource.id: resource_of(resource)
            for crate in group.crates
            for resource in crate.resources
        },
    }


def resource_of(resource: PlannedResource) -> dict[str, Any]:
    return {
        "attributes": dict(resource.attributes),
        "depends_on": list(resource.depends_on),
        "before": list(resource.before),
        "notify": list(resource.notify),
        "subscribes": list(resource.subscribes),
        "when": resource.when,
        "template": resource.template,
        "item": resource.item,
    }
