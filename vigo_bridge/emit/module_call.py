# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a plan as an Ansible project that calls another module than vigo.bridge.converge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.emit.group_variables import ALL_ENVOYS
from vigo_bridge.emit.yaml_text import entry
from vigo_bridge.files import write_text
from vigo_bridge.resolve.plan import Plan

#: The playbook of a normal run, as ``site.yml`` calls another module here. Health checks use it.
CONVERGE = "converge.yml"


def write_call(
    plan: Plan,
    folder: Path,
    host_variables: Mapping[str, Mapping[str, Any]],
    module: str,
    options: Mapping[str, Any],
    variables: Mapping[str, Any] | None = None,
) -> None:
    """Write the inventory of a bundle, and a play that calls a module of the collection.

    host_variables: as `write_bundle` takes them. module: its full name. options: those that do not
        come from the stack's variables. variables: of the play.
    """
    write_bundle(plan, folder, host_variables)
    (folder / "site.yml").rename(folder / CONVERGE)
    play = {
        "name": "Call the module",
        "hosts": ALL_ENVOYS,
        "gather_facts": False,
        **({"vars": dict(variables)} if variables else {}),
        "tasks": [{"name": "Call", module: dict(options)}],
    }
    text = entry("x", [play]).removeprefix("x:\n")
    write_text(folder / "site.yml", f"---\n{text}\n")
