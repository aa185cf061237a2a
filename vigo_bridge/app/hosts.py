# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the hosts of a command."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vigo_bridge.ansible.configuration import check_configuration
from vigo_bridge.ansible.inventory import (
    Inventory,
    InventoryError,
    read_inventory,
    reading_inventory,
)
from vigo_bridge.ansible.prepared import listing_before_a_playbook
from vigo_bridge.app.options import HostOptions
from vigo_bridge.failures import Failure

if TYPE_CHECKING:
    from vigo_bridge.ansible.user_variables import UserVariables


@dataclass(frozen=True)
class Hosts:
    """names: the host names to compare with match entries. sources: the user's inventories.

    variables: connection variables of hosts that are in no inventory of the user. given: the
    variables of each host in the user's inventories, as written. groups: those of the inventories,
    with the names of their `hosts` and `children`.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    variables: Mapping[str, Mapping[str, Any]]
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)


#: Returns the hosts when they are known; ends the command if they cannot be read.
Asked = Callable[[], Hosts]


def find_hosts(options: HostOptions) -> Hosts:
    """Return this machine with ``--local``, otherwise the hosts of the inventory."""
    with _finding_hosts(options, then_plays=False) as asked:
        return asked()


@contextlib.contextmanager
def finding_hosts(options: HostOptions) -> Iterator[Asked]:
    """Find the hosts in the background, for a command that then runs a playbook on them.

    Ansible may need long for an inventory, and to load what a playbook needs.
    """
    with _finding_hosts(options, then_plays=not options.mesh) as asked:
        yield asked


@contextlib.contextmanager
def _finding_hosts(options: HostOptions, *, then_plays: bool) -> Iterator[Asked]:
    if options.local:
        with listing_before_a_playbook(None) if then_plays else contextlib.nullcontext():
            yield lambda: _this_machine(options)
        return
    with (
        _explained(),
        reading_inventory(options.inventory, options.limit, then_plays=then_plays) as answer,
    ):
        yield lambda: _of_inventory(answer)


def _this_machine(options: HostOptions) -> Hosts:
    check_configuration()  # No inventory is read that would contain it.
    name = options.name or socket.getfqdn()
    connection = {
        "ansible_connection": "local",
        # Our own interpreter, which has the docker SDK.
        "ansible_python_interpreter": sys.executable,
    }
    return Hosts((name,), (), {name: connection})


def _of_inventory(answer: Callable[[], Inventory]) -> Hosts:
    inventory = answer()
    return Hosts(inventory.hosts, inventory.sources, {}, inventory.variables, inventory.groups)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Raise errors of an inventory as Failure."""
    try:
        yield
    except InventoryError as error:
        raise Failure(str(error)) from error


def known_names(inventory: Sequence[str]) -> tuple[str, ...]:
    """Return the hosts of these sources, or else of Ansible's own configuration."""
    with _explained():
        return read_inventory(inventory).hosts


def known_hosts(inventory: Sequence[str]) -> tuple[tuple[str, ...], UserVariables]:
    """Return the same, and the variables that the user has set for each host."""
    from vigo_bridge.ansible.user_variables import user_variables

    with _explained():
        found = read_inventory(inventory)
        return found.hosts, user_variables(found)
