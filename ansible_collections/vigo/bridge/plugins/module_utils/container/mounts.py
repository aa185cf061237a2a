# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted into a container: ``/host:/in:ro``, ``named:/in``, ``/in``."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from ..comma_strings import as_mounts, text
from ..errors import ResourceError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_WITHOUT_MEANING_HERE = frozenset({"cached", "delegated", "consistent"})
_LABELS = frozenset({"z", "Z"})


@dataclass(frozen=True, order=True)
class Mount:
    """One mount. source: an absolute host path, a volume's name, or empty (anonymous volume).

    options: sorted words beside ro and rw: propagation, ``nocopy``, SELinux's ``z`` and ``Z``.
    """

    target: str
    source: str = ""
    read_only: bool = False
    options: tuple[str, ...] = ()

    @property
    def is_bind(self) -> bool:
        return self.source.startswith("/")

    @property
    def is_anonymous(self) -> bool:
        return not self.source

    @property
    def propagation(self) -> str:
        return next((word for word in self.options if word in _PROPAGATION), "")

    @property
    def needs_relabelling(self) -> bool:
        """The API's ``Mounts`` cannot say this, only its older ``Binds`` can."""
        return bool(_LABELS.intersection(self.options))

    def __str__(self) -> str:
        options = (("ro",) if self.read_only else ()) + self.options
        parts = [part for part in (self.source, self.target) if part]
        if options:
            parts.append(",".join(options))
        return ":".join(parts)


def parse(value: Any) -> tuple[Mount, ...]:
    """All mounts, sorted by target. Raises ResourceError."""
    mounts: dict[str, Mount] = {}
    for entry in as_mounts(value):
        mount = _entry(entry)
        if mount.target in mounts:
            raise ResourceError(f"volumes: two entries for {mount.target}; keep one of them")
        mounts[mount.target] = mount
    return tuple(sorted(mounts.values()))


def parse_tmpfs(value: Any) -> dict[str, str]:
    """In-memory folders: options by path, from ``/run,/tmp:size=64m`` or a map."""
    if isinstance(value, dict):
        return {_absolute(path, "tmpfs"): _sorted(options) for path, options in value.items()}
    folders = {}
    for entry in as_mounts(value):
        path, _colon, options = entry.partition(":")
        folders[_absolute(path, "tmpfs")] = _sorted(options)
    return folders


def of_payload(mounts: Any) -> tuple[Mount, ...]:
    """The mounts of an inspect payload's top-level ``Mounts``, by volume name or path."""
    found = []
    for mount in mounts or []:
        if mount.get("Type") == "tmpfs":
            continue
        source = mount.get("Name") if mount.get("Type") == "volume" else mount.get("Source")
        propagation = mount.get("Propagation") or ""
        options = (propagation,) if propagation not in ("", "rprivate") else ()
        found.append(
            Mount(
                posixpath.normpath(mount.get("Destination") or "/"),
                source or "",
                not mount.get("RW", True),
                options,
            )
        )
    return tuple(sorted(found))


def is_anonymous_name(name: str) -> bool:
    """Whether an engine made up this volume name."""
    return bool(_ANONYMOUS.fullmatch(name))


def present(wanted: Mount, actual: tuple[Mount, ...]) -> bool:
    """Whether a wanted mount is among the actual ones."""
    other = next((mount for mount in actual if mount.target == wanted.target), None)
    if other is None or other.read_only != wanted.read_only:
        return False
    if wanted.propagation not in ("", "rprivate") and wanted.propagation != other.propagation:
        return False
    if wanted.is_anonymous:
        return not other.is_bind
    return wanted.source == other.source


def _entry(entry: str) -> Mount:
    parts = entry.split(":")
    if len(parts) == 1:
        return Mount(_absolute(parts[0], "volumes"))
    if len(parts) > 3:
        raise ResourceError(f"volumes: {entry!r} has more parts than SOURCE:TARGET:OPTIONS")
    source = parts[0]
    if source.startswith("/"):
        source = posixpath.normpath(source)
    elif not _NAME.fullmatch(source):
        raise ResourceError(
            f"volumes: {source!r} is neither an absolute path nor a volume name;"
            " relative paths have no meaning on the target"
        )
    words = [word for word in (parts[2].split(",") if len(parts) == 3 else []) if word]
    options = set(words) - {"ro", "rw"} - _WITHOUT_MEANING_HERE
    unknown = options - _PROPAGATION - _LABELS - {"nocopy"}
    if unknown:
        raise ResourceError(
            f"volumes: {entry!r}: unknown option {sorted(unknown)[0]!r};"
            " known: ro, rw, nocopy, z, Z, and propagations such as rslave"
        )
    return Mount(_absolute(parts[1], "volumes"), source, "ro" in words, tuple(sorted(options)))


def _absolute(path: str, attribute: str) -> str:
    if not path.startswith("/"):
        raise ResourceError(
            f"{attribute}: {path!r} is no absolute path in the container; write it from / on"
        )
    return posixpath.normpath(path)


def _sorted(options: Any) -> str:
    return ",".join(sorted(word for word in text(options).split(",") if word))
