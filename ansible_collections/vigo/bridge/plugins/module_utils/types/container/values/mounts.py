# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted into a container: ``/host:/in:ro``, ``named:/in``, ``/in``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Mapping

from ....common.comma_strings import NEXT_MOUNT, each
from ....common.errors import ResourceError
from . import paths

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Making, Pair
    from ..settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_WITHOUT_MEANING_HERE = frozenset({"cached", "delegated", "consistent"})
_LABELS = frozenset({"z", "Z"})
#: Options that no engine shows.
_UNSEEN = _LABELS | {"nocopy"}


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
        return next((word for word in self.options if word in PROPAGATION), "")

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


def parse(value: Any, attribute: str) -> tuple[Mount, ...]:
    """All mounts, sorted by target. Raises ResourceError."""
    mounts: dict[str, Mount] = {}

    def add(written: str) -> None:
        mount = entry(written)
        if mount.target in mounts:
            raise ResourceError(f"volumes: two entries for {mount.target}", "keep one of them")
        mounts[mount.target] = mount

    each(value, add, NEXT_MOUNT)
    return tuple(sorted(mounts.values()))


def read(mounts: Any) -> tuple[Mount, ...]:
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
            f"volumes: {source!r} is neither an absolute path nor a volume name",
            "relative paths are not allowed on the target",
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
    unknown = options - PROPAGATION - _LABELS - {"nocopy"}
    if unknown:
        raise ResourceError(
            f"volumes: {written!r}: unknown option {sorted(unknown)[0]!r}",
            "known: ro, rw, nocopy, z, Z, and propagations such as rslave",
        )
    for choices in (PROPAGATION, _LABELS, {"ro", "rw"}):
        if len(words & choices) > 1:
            shown = " and ".join(sorted(words & choices))
            raise ResourceError(f"volumes: {written!r}: {shown} exclude each other", "keep one")
    if mount.is_bind and "nocopy" in options:
        raise ResourceError(
            f"volumes: {written!r}: nocopy is for volumes, not for a path", "remove it"
        )
    if not mount.is_bind and options & PROPAGATION:
        raise ResourceError(
            f"volumes: {written!r}: {mount.propagation} is for paths of the host, not for a volume",
            "remove it",
        )


def create(settings: Settings, making: Making) -> dict[str, Any]:
    """Return what the create call gets. Carried volumes take the place of wanted ones."""
    replaced = {mount.target for mount in making.carried}
    listed = [mount for mount in settings.volumes or () if mount.target not in replaced]
    modern = [mount for mount in listed if not mount.needs_relabelling]
    older = [str(mount) for mount in listed if mount.needs_relabelling]
    sent = [_sent(mount) for mount in (*modern, *making.carried)]
    return {"HostConfig.Mounts": sent or None, "HostConfig.Binds": older or None}


def _sent(mount: Mount) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Type": "bind" if mount.is_bind else "volume",
        "Target": mount.target,
        "ReadOnly": mount.read_only,
    }
    if mount.source:
        body["Source"] = mount.source
    if mount.is_bind and mount.propagation:
        body["BindOptions"] = {"Propagation": mount.propagation}
    if not mount.is_bind and "nocopy" in mount.options:
        body["VolumeOptions"] = {"NoCopy": True}
    return body


def form(volumes: Iterable[Any]) -> dict[str, Mount]:
    """Mounts by target."""
    known = (volume if isinstance(volume, Mount) else _of_label(volume) for volume in volumes)
    return {volume.target: volume for volume in known}


def _of_label(written: str) -> Mount:
    """Parse a mount. A label may hold one that is invalid today."""
    try:
        return entry(written)
    except ResourceError:
        return Mount(written)


def declared(observed: Observed) -> Mapping[str, Mount]:
    """The volumes that the image declares."""
    return {path: Mount(path) for path in observed.image_config.get("Volumes") or {}}


def same(pair: Pair) -> bool | None:
    """Whether the wanted thing is mounted, in the same way."""
    (wanted,) = pair.expected
    actual, before = pair.actual, pair.before
    if wanted is None or actual is None:
        return wanted is actual
    propagation = "" if wanted.propagation == "rprivate" else wanted.propagation
    is_set = pair.is_ours or bool(propagation)
    if wanted.read_only != actual.read_only or (is_set and propagation != actual.propagation):
        return False
    if wanted.is_anonymous:
        is_any = is_anonymous_name(actual.source) or not pair.is_ours
        is_same = is_any and not actual.is_bind
    else:
        is_same = bool(wanted.source == actual.source)
    unseen = _UNSEEN.intersection(before.options if before else ())
    return None if is_same and unseen != _UNSEEN.intersection(wanted.options) else is_same
