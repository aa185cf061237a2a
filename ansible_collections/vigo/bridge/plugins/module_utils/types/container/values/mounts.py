# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted into a container: ``/host:/in:ro``, ``named:/in``, ``/in``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ....common.comma_strings import NEXT_MOUNT, each, text
from ....common.errors import ResourceError, within
from . import paths

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_WITHOUT_MEANING_HERE = frozenset({"cached", "delegated", "consistent"})
_LABELS = frozenset({"z", "Z"})
_TMPFS_VALUES = {
    **dict.fromkeys(("size", "nr_inodes", "nr_blocks"), re.compile(r"\d+[kKmMgG%]?")),
    **dict.fromkeys(("uid", "gid"), re.compile(r"\d+")),
    "mode": re.compile(r"[0-7]{3,5}"),
    "mpol": re.compile(r".+"),
}
_TMPFS_FLAGS = _PROPAGATION | {
    *("defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec"),
    *("sync", "async", "dirsync", "mand", "nomand", "atime", "noatime", "diratime", "nodiratime"),
    *("relatime", "norelatime", "strictatime", "nostrictatime"),
}


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

    def add(written: str) -> None:
        mount = entry(written)
        if mount.target in mounts:
            raise ResourceError(f"volumes: two entries for {mount.target}; keep one of them")
        mounts[mount.target] = mount

    each(value, add, NEXT_MOUNT)
    return tuple(sorted(mounts.values()))


def parse_tmpfs(value: Any) -> dict[str, str]:
    """In-memory folders: options by path, from ``/run,/tmp:size=64m`` or a map."""
    folders: dict[str, str] = {}

    def add(path: str, options: Any) -> None:
        target = paths.mount_point(path, "tmpfs")
        if target in folders:
            raise ResourceError(f"tmpfs: two entries for {target}; keep one of them")
        folders[target] = _tmpfs_options(target, options)

    if isinstance(value, dict):
        for path, options in value.items():
            with within(path):
                add(text(path), options)
    else:
        each(value, lambda written: add(*written.partition(":")[::2]), NEXT_MOUNT)
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
                paths.clean(mount.get("Destination") or "/"),
                source or "",
                not mount.get("RW", True),
                options,
            )
        )
    return tuple(sorted(found))


def is_anonymous_name(name: str) -> bool:
    """Whether an engine made up this volume name."""
    return bool(_ANONYMOUS.fullmatch(name))


def entry(written: str) -> Mount:
    """One mount. Raises ResourceError."""
    parts = written.split(":")
    if len(parts) == 1:
        return Mount(paths.mount_point(parts[0], "volumes"))
    if len(parts) > 3:
        raise ResourceError(f"volumes: {written!r} has more parts than SOURCE:TARGET:OPTIONS")
    source = parts[0]
    if source.startswith("/"):
        source = paths.clean(source)
    elif not _NAME.fullmatch(source):
        raise ResourceError(
            f"volumes: {source!r} is neither an absolute path nor a volume name;"
            " relative paths have no meaning on the target"
        )
    words = {word for word in (parts[2].split(",") if len(parts) == 3 else []) if word}
    options = words - {"ro", "rw"} - _WITHOUT_MEANING_HERE
    mount = Mount(
        paths.mount_point(parts[1], "volumes"), source, "ro" in words, tuple(sorted(options))
    )
    _check_options(written, mount, words)
    return mount


def _check_options(written: str, mount: Mount, words: set[str]) -> None:
    """Engines ignore some of these without a word."""
    options = set(mount.options)
    unknown = options - _PROPAGATION - _LABELS - {"nocopy"}
    if unknown:
        raise ResourceError(
            f"volumes: {written!r}: unknown option {sorted(unknown)[0]!r};"
            " known: ro, rw, nocopy, z, Z, and propagations such as rslave"
        )
    for choices in (_PROPAGATION, _LABELS, {"ro", "rw"}):
        if len(words & choices) > 1:
            shown = " and ".join(sorted(words & choices))
            raise ResourceError(f"volumes: {written!r}: {shown} exclude each other; keep one")
    if mount.is_bind and "nocopy" in options:
        raise ResourceError(f"volumes: {written!r}: nocopy is for volumes, not for a path; drop it")
    if not mount.is_bind and options & _PROPAGATION:
        raise ResourceError(
            f"volumes: {written!r}: {mount.propagation} is for paths of the host, not for a volume;"
            " drop it"
        )


def _tmpfs_options(path: str, options: Any) -> str:
    words = sorted(word for word in text(options).split(",") if word)
    for word in words:
        name, equals, value = word.partition("=")
        form = _TMPFS_VALUES.get(name)
        if not (form.fullmatch(value) if form else name in _TMPFS_FLAGS and not equals):
            raise ResourceError(
                f"tmpfs: {path}: unknown option {word!r}; write for example"
                " size=64m, mode=1777, uid=1000, noexec"
            )
    return ",".join(words)
