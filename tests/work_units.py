# SPDX-License-Identifier: GPL-3.0-or-later
"""Work units for nodes of a mesh: vigo.bridge.converge on hosts that are the node itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vigo_bridge.mesh.unit import Unit, write_unit

PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - vigo.bridge.converge:
        resources: {resources}
        vars: {{}}
        crates: []
"""


def shell(command: str) -> dict[str, Any]:
    """Return a resource that runs a command of the shell."""
    return {"id": "site/go", "type": "exec", "command": command}


def packed_unit(
    folder: Path,
    *resources: Mapping[str, Any],
    hosts: Sequence[str] = ("h1", "h2"),
    variables: str = "",
    **settings: Any,
) -> bytes:
    """Return a unit that applies resources on hosts. folder: for its files.

    variables: of all hosts, as an inventory has them. settings: further fields of the unit. Each
        host has a state folder of its own in the folder.
    """
    files = folder / "files"
    (files / "project").mkdir(parents=True)
    (files / "project/site.yml").write_text(PLAY.format(resources=json.dumps(list(resources))))
    lines = [
        f"{host} ansible_connection=local vigo_state_dir={folder / 'hosts' / host} {variables}\n"
        for host in hosts
    ]
    (files / "hosts").write_text("".join(lines))
    unit = Unit("unit", "site.yml", ["hosts"], **settings)
    with (folder / "unit").open("wb") as output:
        write_unit(unit, files, output)
    return (folder / "unit").read_bytes()
