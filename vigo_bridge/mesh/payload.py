# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files of a work unit: a call of a playbook for the hosts of one shard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.caller import caller
from vigo_bridge.files import write_text
from vigo_bridge.mesh.inventory import UserInventory, inventory_text
from vigo_bridge.mesh.unit import Unit
from vigo_bridge.run.call import Call

_HOSTS, _VARIABLES = "hosts.txt", "variables.yml"


def write_payload(
    call: Call, hosts: Sequence[str], inventory: UserInventory, folder: Path, *, attached: bool
) -> Unit:
    """Write the files to a new folder, and return the unit that they belong to.

    attached: whether the connection to the node stays open, see `Unit`.
    """
    project = folder / "project"
    shutil.copytree(call.playbook.parent, project, copy_function=os.link)
    text = inventory_text(hosts, inventory, vigo_started_by=caller())
    write_text(folder / "inventory" / "hosts.yml", text)
    write_text(folder / _HOSTS, "".join(f"{host}\n" for host in hosts))
    arguments = [*call.arguments, "--limit", f"@../{_HOSTS}"]
    if call.variables:
        shutil.copyfile(call.variables, folder / _VARIABLES)
        arguments += ["--extra-vars", f"@../{_VARIABLES}"]
    return Unit(
        ident="shard",
        playbook=call.playbook.name,
        inventory=["inventory", "project/inventory"],
        arguments=arguments,
        attached=attached,
    )
