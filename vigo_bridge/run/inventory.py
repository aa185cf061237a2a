# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts there are: the user's inventory, read by Ansible itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vigo_bridge.run.environment import ansible_environment


class InventoryError(Exception):
    """The inventory cannot be used. The message says why and what to do."""


@dataclass(frozen=True)
class Inventory:
    """sources: what Ansible gets as ``-i``, in order; hosts: all names that they know.

    variables: by host, all that its groups and files give it, as written.
    """

    sources: tuple[str, ...]
    hosts: tuple[str, ...]
    variables: Mapping[str, Mapping[str, Any]]


def read_inventory(sources: Sequence[str], limit: str | None = None) -> Inventory:
    """The hosts of these sources, or else of Ansible's own configuration.

    limit: an Ansible host pattern that the hosts must match. Raises InventoryError.
    """
    used = tuple(_absolute(source) for source in sources) or _configured_sources()
    command = ["ansible-inventory", "--list"]
    for source in used:
        command += ["-i", source]
    if limit:
        command += ["--limit", limit]
    listing = json.loads(_run(command, f"the inventory {', '.join(used)} cannot be read"))
    hosts = tuple(dict.fromkeys(_hosts(listing)))
    if not hosts:
        reason = f"--limit {limit} matches no host of" if limit else "there are no hosts in"
        raise InventoryError(
            f"{reason} the inventory {', '.join(used)}; `ansible-inventory --graph` shows what"
            " it holds"
        )
    return Inventory(used, hosts, listing.get("_meta", {}).get("hostvars", {}))


def _absolute(source: str) -> str:
    """A path is made absolute, as the playbook runs elsewhere; ``host1,host2`` is no path."""
    if "," in source:
        return source
    if not Path(source).exists():
        raise InventoryError(
            f"the inventory {source} does not exist; give a file, a folder, or host names with"
            " a comma behind the last one"
        )
    return str(Path(source).resolve())


def _configured_sources() -> tuple[str, ...]:
    command = ["ansible-config", "dump", "--format", "json", "--type", "base"]
    settings = json.loads(_run(command, "Ansible's configuration cannot be read"))
    sources = next(
        setting["value"] for setting in settings if setting.get("name") == "DEFAULT_HOST_LIST"
    )
    found = tuple(source for source in sources if "," in source or Path(source).exists())
    if not found:
        raise InventoryError(
            f"no inventory: Ansible's configuration names {', '.join(sources)}, which does not"
            " exist; give one with -i, or use --local for this machine"
        )
    return found


def _run(command: Sequence[str], failure: str) -> str:
    finished = subprocess.run(
        command, env=ansible_environment(), capture_output=True, text=True, check=False
    )
    if finished.returncode != 0:
        raise InventoryError(f"{failure}:\n{finished.stderr.strip()}")
    return finished.stdout


def _hosts(listing: Mapping[str, Any]) -> Iterator[str]:
    for name, group in listing.items():
        if name != "_meta":
            yield from group.get("hosts", ())
