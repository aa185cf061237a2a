# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that an Ansible user has set for hosts; those with reserved names are separate."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.ansible.inventory import Inventory, InventoryError

# Ansible reads its configuration when it is imported, so a process of its own does that.
_ASK = (
    "import json; from ansible_collections.vigo.bridge.plugins.plugin_utils import reserved_names;"
    "print(json.dumps([reserved_names.RESERVED_PREFIX, *reserved_names.reserved_names()]))"
)


@dataclass(frozen=True)
class UserVariables:
    """Variables by host. usable: those that can be used. reserved: those whose names Ansible
    reserves.

    Ansible's templates in them are not rendered.
    """

    usable: Mapping[str, Mapping[str, Any]]
    reserved: Mapping[str, Mapping[str, Any]]


def user_variables(inventory: Inventory) -> UserVariables:
    """Return the variables that the user has set for each host.

    Raise InventoryError when Ansible does not answer.
    """
    is_reserved = reserved_names()

    def chosen(wanted: bool) -> Mapping[str, Mapping[str, Any]]:
        return {
            host: {
                name: _legible(value)
                for name, value in variables.items()
                if is_reserved(name) is wanted
            }
            for host, variables in inventory.variables.items()
        }

    return UserVariables(chosen(False), chosen(True))


def _legible(value: Any) -> Any:
    """Return a value without parts that `ansible-inventory` leaves encrypted."""
    is_encrypted = isinstance(value, dict) and "__ansible_vault" in value
    return "(encrypted with ansible-vault)" if is_encrypted else value


def reserved_names() -> Callable[[str], bool]:
    """Return a function that reports which names are Ansible's own.

    Raise InventoryError when Ansible does not answer.
    """
    prefix, *names = _reserved()
    reserved = frozenset(names)
    return lambda name: name in reserved or name.startswith(prefix)


@cache
def _reserved() -> list[str]:
    finished = subprocess.run(
        [sys.executable, "-c", _ASK],
        env=ansible_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise InventoryError(
            "cannot list the names that Ansible reserves; check Ansible's installation:\n"
            + finished.stderr.strip()
        )
    names: list[str] = json.loads(finished.stdout)
    return names
