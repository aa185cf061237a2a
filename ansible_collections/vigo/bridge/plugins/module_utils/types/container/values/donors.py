# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers whose volumes another one mounts, too: its donors (``volumes_from``)."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping

from ....common.comma_strings import each
from ....common.errors import ResourceError
from .mount import Mount

_ENTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*)(?::(ro|rw))?")


def parse(value: Any, attribute: str) -> tuple[str, ...]:
    """Return ``NAME``, or ``NAME:ro`` for volumes that are read-only here."""
    found: dict[str, str] = {}
    for name, mode in each(value, _entry):
        if found.setdefault(name, mode) != mode:
            raise ResourceError(f"{attribute}: {name} is written twice", "keep one")
    return tuple(f"{name}:ro" if mode == "ro" else name for name, mode in found.items())


def _entry(entry: str) -> tuple[str, str]:
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise ResourceError(
            f"volumes_from: invalid container {entry!r}", "write its name, NAME or NAME:ro"
        )
    return match.group(1), match.group(2) or "rw"


def names(entries: Iterable[str] | None) -> list[str]:
    """Return the names of the containers."""
    return [entry.partition(":")[0] for entry in entries or ()]


def missing(
    entries: Iterable[str],
    donors: Mapping[str, tuple[Mount, ...]],
    mounted: Iterable[Mount],
    own: Iterable[str],
) -> list[str]:
    """Return the names of the donors with a volume that is not mounted as it is there.

    donors: the mounts of those that exist. mounted: those of the container. own: the paths at which
    it mounts something else.
    """
    actual = {mount.target: (mount.source, mount.read_only) for mount in mounted}
    actual.update(dict.fromkeys(own, ("", False)))
    hidden, found = set(own), []
    for entry in entries:
        name, _colon, mode = entry.partition(":")
        volumes = [mount for mount in donors.get(name, ()) if mount.target not in hidden]
        wanted = [
            (mount.target, (mount.source, mount.read_only or mode == "ro")) for mount in volumes
        ]
        if any(actual.get(target) != source for target, source in wanted):
            found.append(name)
        hidden.update(mount.target for mount in volumes)
    return found
