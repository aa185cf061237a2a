# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks from a few lines, for tests of task style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from vigo_bridge.language import load
from vigo_bridge.resolve import resolve
from vigo_bridge.resolve.plan import Plan

#: Replaces Ansible's own names.
RESERVED = frozenset({"port", "environment", "hosts"})


def plan_of(
    folder: Path,
    crates: Mapping[str, Mapping[str, Any]],
    entries: Sequence[Mapping[str, Any]] = ({"match": "web1"},),
) -> Plan:
    """Return a plan for one host of each match entry; an entry has all crates unless it names
    some.
    """
    (folder / "configcrates").mkdir()
    for name, crate in crates.items():
        text = yaml.safe_dump({"name": name, **crate}, sort_keys=False)
        (folder / "configcrates" / f"{name}.vgo").write_text(text)
    envoys = [{"configcrates": list(crates), **entry} for entry in entries]
    (folder / "envoys.vgo").write_text(yaml.safe_dump({"envoys": envoys}, sort_keys=False))
    plan, diagnostics = resolve(load(folder), [entry["match"] for entry in entries])
    assert not [d for d in diagnostics if d.severity == "error"], diagnostics
    return plan
