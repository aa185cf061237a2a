# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the hosts of the user's inventory with Ansible."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import did_you_mean
from vigo_bridge.ansible.configuration import check_configuration
from vigo_bridge.ansible.inventory_sources import is_host_list
from vigo_bridge.ansible.prepared import Answered, listing, listing_before_a_playbook
from vigo_bridge.ansible.settings import ansible_settings
from vigo_bridge.ansible.vault_passwords import asks_for_vault_passwords
from vigo_bridge.wording import some

_IGNORED = re.compile(r"Could not match supplied host pattern, ignoring: (\S+)")


_NO_TERMINAL = (
    "\nInventories are read without a terminal, because each batch reads them again; provide"
    " passwords in the environment or in a file."
)


class InventoryError(Exception):
    """The inventory cannot be used. The message says why and what to do."""


@dataclass(frozen=True)
class Inventory:
    """The content of an inventory. sources: what Ansible gets as ``-i``, in order. hosts: the names
    of all their hosts.

    variables: by host, those from all its groups and files, as written. groups: by name, with the
    names of their `hosts` and `children`.
    """

    sources: tuple[str, ...]
    hosts: tuple[str, ...]
    variables: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)


def read_inventory(sources: Sequence[str], limit: str | None = None) -> Inventory:
    """Return the hosts of these sources, or else of Ansible's own configuration.

    limit: an Ansible host pattern that the hosts must match. Raise InventoryError.
    """
    with reading_inventory(sources, limit) as answer:
        return answer()


@contextlib.contextmanager
def reading_inventory(
    sources: Sequence[str], limit: str | None = None, *, then_plays: bool = False
) -> Iterator[Callable[[], Inventory]]:
    """Read the hosts in the background, and yield a function that waits for them.

    The function reports errors, and prompts for a password if necessary. then_plays: whether a
    playbook follows in the block.
    """
    paths = tuple(_absolute(source) for source in sources)
    begin = listing_before_a_playbook if then_plays else listing
    with contextlib.ExitStack() as programs:

        def start(sources: Sequence[str]) -> Answered:
            return programs.enter_context(begin(_arguments(sources, limit)))

        started = None if asks_for_vault_passwords() else start(paths)

        def answer() -> Inventory:
            for source in sources:
                _refuse_missing(source)
            configured = paths or _configured_sources()
            found = paths or _existing(configured)
            if started and found == configured:
                return _inventory(started, found, limit)
            return _inventory(start(found), found, limit)

        yield answer


def _arguments(sources: Sequence[str], limit: str | None) -> list[str]:
    """Return the arguments of ``ansible-inventory`` that list hosts.

    Without sources, Ansible uses those of its configuration.
    """
    arguments = ["--list"]
    for source in sources:
        arguments += ["-i", source]
    if limit:
        arguments += ["--limit", limit]
    return arguments


def _inventory(answered: Answered, used: tuple[str, ...], limit: str | None) -> Inventory:
    answer = answered()
    if answer.status:
        check_configuration()
        advice = _NO_TERMINAL if "/dev/tty" in answer.stderr else ""
        raise InventoryError(
            f"the inventory {', '.join(used)} cannot be read:\n{answer.stderr.strip()}{advice}"
        )
    if limit:
        _refuse_unknown(limit, answer.stderr, used)
    groups = json.loads(answer.stdout)
    hosts = tuple(dict.fromkeys(_hosts(groups)))
    if not hosts:
        reason = f"--limit {limit} matches no host in" if limit else "there are no hosts in"
        raise InventoryError(
            f"{reason} the inventory {', '.join(used)}; `ansible-inventory --graph` shows what"
            " it holds"
        )
    variables = groups.pop("_meta", {}).get("hostvars", {})
    return Inventory(used, hosts, variables, groups)


def _absolute(source: str) -> str:
    """Return the absolute path of a source, because the playbook runs in another folder."""
    return source if is_host_list(source) else str(Path(source).resolve())


def _refuse_missing(source: str) -> None:
    if not is_host_list(source) and not Path(source).exists():
        raise InventoryError(
            f"the inventory {source} does not exist; use a file, a folder, or a list of host"
            " names that ends with a comma"
        )


def _configured_sources() -> tuple[str, ...]:
    """Return the sources of the user's ansible.cfg and environment."""
    (sources,) = ansible_settings("DEFAULT_HOST_LIST")
    return tuple(sources)


def _existing(sources: Sequence[str]) -> tuple[str, ...]:
    found = tuple(source for source in sources if Path(source).exists())
    if not found:
        raise InventoryError(
            f"no inventory: Ansible's configuration names {', '.join(sources)}, which does not"
            " exist; give one with -i, or use --local for this machine"
        )
    return found


def _refuse_unknown(limit: str, warnings: str, sources: Sequence[str]) -> None:
    """Raise InventoryError for a part of a pattern that matches nothing: Ansible itself only warns
    about it.
    """
    # Ansible wraps its warnings at blanks.
    unknown = _IGNORED.findall(" ".join(warnings.split()))
    if unknown:
        everything = read_inventory(sources).hosts
        advice = did_you_mean(unknown[0], everything) or f"the hosts are {some(everything)}"
        raise InventoryError(
            f"--limit {limit}: {', '.join(unknown)} matches no host or group of the inventory"
            f" {', '.join(sources)}; {advice}"
        )


def _hosts(listing: Mapping[str, Any]) -> Iterator[str]:
    for name, group in listing.items():
        if name != "_meta":
            yield from group.get("hosts", ())
