# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a plan as an Ansible project that only reads logs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.emit.group_variables import ALL_ENVOYS
from vigo_bridge.emit.yaml_text import entry
from vigo_bridge.files import write_text
from vigo_bridge.resolve.plan import Plan


def write_logs(
    plan: Plan,
    folder: Path,
    host_variables: Mapping[str, Mapping[str, Any]],
    options: Mapping[str, Any],
) -> None:
    """Write the inventory of a bundle, and a play that calls vigo.bridge.container_logs.

    host_variables: as `write_bundle` takes them. options: of the module.
    """
    write_bundle(plan, folder, host_variables)
    play = {
        "name": "Read the logs",
        "hosts": ALL_ENVOYS,
        "gather_facts": False,
        "tasks": [{"name": "Read the logs", "vigo.bridge.container_logs": dict(options)}],
    }
    text = entry("x", [play]).removeprefix("x:\n")
    write_text(folder / "site.yml", f"---\n{text}\n")
