# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts a command works on."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from vigo_bridge.cli.options import HostOptions
from vigo_bridge.run.inventory import InventoryError, read_inventory


@dataclass(frozen=True)
class Hosts:
    """names: what match entries are held against. sources: the user's inventories.

    variables: how Ansible reaches a host that is in no inventory of the user's.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    variables: Mapping[str, Mapping[str, Any]]


def find_hosts(options: HostOptions) -> Hosts:
    """This machine with ``--local``, otherwise the hosts of the inventory."""
    if options.local:
        name = options.name or socket.getfqdn()
        connection = {
            "ansible_connection": "local",
            # The interpreter that has the docker SDK: ours.
            "ansible_python_interpreter": sys.executable,
        }
        return Hosts((name,), (), {name: connection})
    try:
        inventory = read_inventory(options.inventory, options.limit)
    except InventoryError as error:
        raise click.ClickException(str(error)) from error
    return Hosts(inventory.hosts, inventory.sources, {})
