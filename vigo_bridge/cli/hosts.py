# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts a command works on."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from vigo_bridge.cli.options import Command, HostOptions
from vigo_bridge.run.inventory import InventoryError, read_inventory
from vigo_bridge.run.user_variables import user_variables


@dataclass(frozen=True)
class Hosts:
    """names: what match entries are held against. sources: the user's inventories.

    variables: how Ansible reaches a host that is in no inventory of the user's. given: what the
    user's inventories say of each host, as written.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    variables: Mapping[str, Mapping[str, Any]]
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


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
    return Hosts(inventory.hosts, inventory.sources, {}, inventory.variables)


def inventory_option(help: str) -> Callable[[Command], Command]:
    """Adds ``--inventory`` to a command that reads it and reaches no host."""
    return click.option("-i", "--inventory", multiple=True, metavar="SRC", help=help)


def known_names(inventory: Sequence[str]) -> tuple[str, ...]:
    """The hosts of these sources, or else of Ansible's own configuration."""
    try:
        return read_inventory(inventory).hosts
    except InventoryError as error:
        raise click.ClickException(str(error)) from error


def known_hosts(inventory: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The same, each host with the variables that the user gave it."""
    try:
        found = read_inventory(inventory)
        variables = user_variables(found)
    except InventoryError as error:
        raise click.ClickException(str(error)) from error
    return {host: variables.get(host, {}) for host in found.hosts}
