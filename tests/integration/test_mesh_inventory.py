# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible reads the inventory that a node gets as it has read the user's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from vigo_bridge.mesh.inventory import UserInventory, inventory_text


def test_ansible_reads_what_it_had(tmp_path: Path) -> None:
    source = tmp_path / "hosts.yml"
    source.write_text(
        'all: {vars: {a: "{{ b }}", b: 2}, children: {web: {hosts: {h1: {c: !unsafe "{{ b }}",'
        ' d: [1, null, yes, "yes", 1.5, "a\\tb", "é 🙂"]}, "h2": {}}}, empty: {}}}\n'
    )
    before = _listing(source)
    meta = before["_meta"]["hostvars"]
    groups = {name: group for name, group in before.items() if name != "_meta"}
    text = inventory_text(["h1", "h2"], UserInventory(groups, meta))
    again = tmp_path / "again.yml"
    again.write_text(text)
    assert _listing(again) == before


def _listing(source: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "inventory", "-i", source, "--list"],
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)
