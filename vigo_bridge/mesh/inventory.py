# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the part of the user's inventory that a node needs. Pure.

Nodes get values instead of sources, so that dynamic inventories run on the controller only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vigo_bridge.emit.yaml_text import Jinja, entry
from vigo_bridge.failures import Refusal

#: How `ansible-inventory` marks text that is not a template, and encrypted text.
_UNSAFE, _VAULT = "__ansible_unsafe", "__ansible_vault"
#: The ends of names of variables with passwords, such as ansible_become_password.
_PASSWORDS = ("_pass", "_password")
#: Templates with one of these words can read the variables of all hosts.
_OTHERS = ("hostvars", "groups")


@dataclass(frozen=True)
class UserInventory:
    """The user's inventories, as `ansible-inventory --list` prints them.

    groups: by name, each with its `hosts` and `children`. variables: of each host, as written.
    """

    groups: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def members(self) -> dict[str, frozenset[str]]:
        """Return the names of the hosts in each group, and in the groups below it."""
        return {name: frozenset(self._members(name, set())) for name in self.groups}

    def _members(self, name: str, seen: set[str]) -> Iterator[str]:
        if name in seen:
            return
        seen.add(name)
        group = self.groups.get(name, {})
        yield from group.get("hosts", ())
        for child in group.get("children", ()):
            yield from self._members(child, seen)


def refuse_encrypted(inventory: UserInventory) -> None:
    """Raise Refusal if a variable is encrypted: nodes have no vault passwords."""
    for host, given in inventory.variables.items():
        for name, value in given.items():
            if _is_encrypted(value):
                raise Refusal(
                    f"--mesh: the variable {name} of {host} is encrypted with ansible-vault, and"
                    " nodes of a mesh have no vault password; replace it with secret:PATH in the"
                    " stack, or set it on the nodes"
                )


def refuse_passwords(inventory: UserInventory, hosts: Sequence[str]) -> None:
    """Raise Refusal if a password is written in the inventory: Receptor stores each unit."""
    for host in hosts:
        for name, value in inventory.variables.get(host, {}).items():
            if name.endswith(_PASSWORDS) and isinstance(value, str) and "{{" not in value:
                raise Refusal(
                    f"--mesh: Receptor would store the variable {name} of {host} on the disks of"
                    " its nodes; store it as a secret, and set the variable to"
                    " \"{{ lookup('vigo.bridge.secret', 'PATH') }}\""
                )


def inventory_text(hosts: Sequence[str], inventory: UserInventory, **defaults: str) -> str:
    """Return an inventory file with these hosts, their groups and variables.

    If a template may read the variables of other hosts, it has all hosts. defaults: variables of
    all hosts, which all others override.
    """
    chosen = {host: inventory.variables.get(host, {}) for host in hosts}
    if _reads_others(list(chosen.values())):
        chosen = {**inventory.variables, **chosen}
    variables = {
        host: {name: _value(value) for name, value in given.items()}
        for host, given in chosen.items()
    }
    groups = {name: _group(group, chosen) for name, group in inventory.groups.items()}
    everything = {**groups.pop("all", {}), "hosts": variables, "vars": defaults}
    lines = [entry(name, group) for name, group in {"all": everything, **groups}.items()]
    return "\n".join(["---", *lines, ""])


def _group(group: Mapping[str, Sequence[str]], hosts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "hosts": {host: {} for host in group.get("hosts", ()) if host in hosts},
        "children": {child: {} for child in group.get("children", ())},
    }


def _reads_others(value: Any) -> bool:
    if isinstance(value, str):
        return "{" in value and any(word in value for word in _OTHERS)
    if isinstance(value, Mapping):
        return any(map(_reads_others, value.values()))
    return isinstance(value, list) and any(map(_reads_others, value))


def _is_encrypted(value: Any) -> bool:
    if isinstance(value, Mapping):
        return _VAULT in value or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))


def _value(value: Any) -> Any:
    """Return a value for `entry`, in which text is no template unless it says so."""
    if isinstance(value, str):
        return Jinja(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {_UNSAFE}:
        return value[_UNSAFE]
    return {key: _value(item) for key, item in value.items()}
