# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mounts of a container: ``/host:/in:ro``, ``named:/in``, ``/in``, or in long form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping

from ....common.comma_strings import NEXT_MOUNT, each, text
from ....common.errors import ResourceError, within
from . import image_name, mount_forms, paths
from .mount import (
    CREATES_PATH,
    IMAGE,
    NO_COPY,
    PROPAGATION,
    RECURSIVE,
    RELABELLING,
    SHORT,
    TMPFS,
    VOLUME,
    Mount,
)

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Making, Pair
    from ..settings import Settings

_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_WITHOUT_MEANING_HERE = frozenset({"cached", "delegated", "consistent"})
#: Options that not all engines report.
_UNSEEN = RELABELLING | {NO_COPY}
_RECURSIVE_KEYS = {
    "disabled": "NonRecursive",
    "writable": "ReadOnlyNonRecursive",
    "readonly": "ReadOnlyForceRecursive",
}


def parse(further: Any, value: Any, attribute: str) -> tuple[Mount, ...]:
    """Return the mounts of ``mounts`` and ``volumes``, sorted by target. Raise ResourceError.

    Those of type tmpfs are among them.
    """
    found: dict[str, Mount] = {}

    def add(mount: Mount) -> None:
        if mount.target in found:
            raise ResourceError(f"{name}: duplicate entry for {mount.target}", "keep one of them")
        found[mount.target] = mount

    for name, written in (("mounts", further), ("volumes", value)):
        with within(*([name] if name != attribute else [])):
            _each(written, name, add)
    return tuple(sorted(found.values()))


def _each(value: Any, attribute: str, add: Callable[[Mount], None]) -> None:
    if not isinstance(value, (list, tuple)):
        if isinstance(value, Mapping):
            add(_of_mapping(value, attribute))
        else:
            each(value, lambda written: add(entry(written, attribute)), NEXT_MOUNT)
        return
    for number, item in enumerate(value):
        with within(number):
            if isinstance(item, Mapping):
                add(_of_mapping(item, attribute))
            elif text(item).strip():
                add(entry(text(item).strip(), attribute))


def split(found: Iterable[Mount]) -> tuple[tuple[Mount, ...], dict[str, str]]:
    """Return the mounts without those of type tmpfs, and the options of these by path."""
    listed = tuple(found)
    folders = {
        mount.target: ",".join(sorted([*(["ro"] if mount.read_only else []), *mount.options]))
        for mount in listed
        if mount.kind == TMPFS
    }
    return tuple(mount for mount in listed if mount.kind != TMPFS), folders


def read(payload: Mapping[str, Any]) -> tuple[Mount, ...]:
    """Return the mounts of an inspect payload, by volume name, path or image.

    The options are those of the request that created the container, as far as it is reported.
    """
    host = payload.get("HostConfig") or {}
    asked = {**_of_binds(host.get("Binds") or []), **_of_request(host.get("Mounts") or [])}
    found: dict[str, Mount] = {}
    for mount in payload.get("Mounts") or []:
        target = paths.clean(mount.get("Destination") or "/")
        if mount.get("Type") == TMPFS or (target in found and found[target].is_image):
            continue  # Podman also shows where it has mounted an image.
        propagation = mount.get("Propagation") or ""
        options = asked.get(target, frozenset())
        if propagation not in ("", "rprivate"):
            options |= {propagation}
        is_image = mount.get("Type") == IMAGE
        found[target] = Mount(
            target,
            _source_of(mount),
            is_image or not mount.get("RW", True),
            tuple(sorted(options)),
            IMAGE if is_image else "",
        )
    return tuple(sorted(found.values()))


def _source_of(mount: Mapping[str, Any]) -> str:
    if mount.get("Type") == IMAGE:
        return image_name.familiar(mount.get("Source") or mount.get("Name") or "")
    return (mount.get("Name") if mount.get("Type") == VOLUME else mount.get("Source")) or ""


def _of_binds(binds: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the options of ``HostConfig.Binds`` that no other part of the payload has."""
    parts = (written.split(":") for written in binds)
    return {
        paths.clean(part[1]): _UNSEEN.intersection(part[2].split(","))
        for part in parts
        if len(part) == 3
    }


def _of_request(mounts: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    return {
        paths.clean(mount.get("Target") or "/"): frozenset(_options_of(mount)) for mount in mounts
    }


def _options_of(mount: Mapping[str, Any]) -> Iterator[str]:
    bind, volume = mount.get("BindOptions") or {}, mount.get("VolumeOptions") or {}
    if bind.get("CreateMountpoint"):
        yield CREATES_PATH
    for word, key in _RECURSIVE_KEYS.items():
        if bind.get(key):
            yield f"{RECURSIVE}={word}"
    if volume.get("NoCopy"):
        yield NO_COPY
    driver = volume.get("DriverConfig") or {}
    if driver.get("Name") not in (None, "", "local"):
        yield f"volume-driver={driver['Name']}"
    for flag, pairs in (("opt", driver.get("Options")), ("label", volume.get("Labels"))):
        yield from (f"volume-{flag}={name}={value}" for name, value in (pairs or {}).items())
    for kind, options in (("volume", volume), (IMAGE, mount.get("ImageOptions") or {})):
        if options.get("Subpath"):
            yield f"{kind}-subpath={options['Subpath']}"


def is_anonymous_name(name: str) -> bool:
    """Return whether a volume name was generated by an engine."""
    return bool(_ANONYMOUS.fullmatch(name))


def entry(written: str, attribute: str = "volumes") -> Mount:
    """Return one mount. Raise ResourceError."""
    if mount_forms.FLAGS.match(written):
        return _checked(written, mount_forms.of_flags(written, attribute), attribute)
    parts = written.split(":")
    if len(parts) == 1:
        return Mount(paths.mount_point(parts[0], attribute))
    if len(parts) > 3:
        raise ResourceError(f"{attribute}: {written!r} has more parts than SOURCE:TARGET:OPTIONS")
    source = parts[0]
    if source.startswith("/"):
        source = paths.clean(source)
    elif not mount_forms.VOLUME_NAME.fullmatch(source):
        raise ResourceError(
            f"{attribute}: {source!r} is neither an absolute path nor a volume name",
            "relative paths are not allowed on the target",
        )
    words = {word for word in (parts[2].split(",") if len(parts) == 3 else []) if word}
    options = tuple(sorted(words - {"ro", "rw"} - _WITHOUT_MEANING_HERE))
    _refuse_unknown(written, options, attribute)
    if {"ro", "rw"} <= words:
        raise _exclusive(written, ("ro", "rw"), attribute)
    mount = Mount(paths.mount_point(parts[1], attribute), source, "ro" in words, options)
    return _checked(written, mount, attribute)


def _of_mapping(content: Mapping[str, Any], attribute: str) -> Mount:
    mount = mount_forms.of_mapping(content, attribute)
    return _checked(mount.target, mount, attribute)


def _refuse_unknown(written: str, options: Iterable[str], attribute: str) -> None:
    for word in options:
        if word not in SHORT:
            raise ResourceError(
                f"{attribute}: {written!r}: unknown option {word!r}",
                "use ro, rw, nocopy, z, Z, or a propagation mode such as rslave",
            )


def _checked(written: str, mount: Mount, attribute: str) -> Mount:
    """Return a mount whose options can be combined. Engines would silently ignore some."""
    where, options = f"{attribute}: {written!r}", set(mount.options)
    recursive = {word for word in options if word.startswith(RECURSIVE)}
    drivers = {word for word in options if word.startswith("volume-driver=")}
    for choices in (PROPAGATION, RELABELLING, recursive, drivers):
        if len(options & choices) > 1:
            raise _exclusive(written, options & choices, attribute)
    if mount.is_bind and NO_COPY in options:
        raise ResourceError(f"{where}: nocopy is for volumes, not for a path", "remove it")
    if not mount.is_bind and options & PROPAGATION:
        raise ResourceError(
            f"{where}: {mount.propagation} is for paths of the host, not for a volume", "remove it"
        )
    if mount.is_anonymous and mount.subpath:
        raise ResourceError(f"{where}: subpath requires a volume with a name", "set source")
    if mount.recursive in ("writable", "readonly") and not mount.read_only:
        raise ResourceError(
            f"{where}: recursive: {mount.recursive} requires read_only: true", "set both"
        )
    if mount.recursive == "readonly" and mount.propagation not in ("", "rprivate"):
        raise ResourceError(
            f"{where}: recursive: readonly requires propagation: rprivate",
            f"remove {mount.propagation}",
        )
    if mount.recursive and options & RELABELLING:
        raise ResourceError(
            f"{where}: recursive cannot be combined with selinux: engines support only one of them",
            "keep one",
        )
    if mount.is_of_binds and mount.has_colon:
        raise ResourceError(
            f"{where}: selinux and create_host_path are not possible for a path with a colon",
            "remove the option, or rename the path",
        )
    return mount


def _exclusive(written: str, words: Iterable[str], attribute: str) -> ResourceError:
    shown = " and ".join(sorted(words))
    return ResourceError(f"{attribute}: {written!r}: {shown} are mutually exclusive", "keep one")


def create(settings: Settings, making: Making) -> dict[str, Any]:
    """Return mounts for the create call. Carried volumes take the place of wanted ones."""
    replaced = {mount.target for mount in making.carried}
    listed = [mount for mount in settings.volumes or () if mount.target not in replaced]
    modern = [mount for mount in listed if not mount.is_of_binds]
    older = [mount.short() for mount in listed if mount.is_of_binds]
    sent = [_sent(mount) for mount in (*modern, *making.carried)]
    return {"HostConfig.Mounts": sent or None, "HostConfig.Binds": older or None}


def _sent(mount: Mount) -> dict[str, Any]:
    body = {
        "Type": mount.type,
        "Target": mount.target,
        "ReadOnly": None if mount.is_image else mount.read_only,  # Podman refuses it there.
        "Source": mount.source or None,
        "BindOptions": _bind_options(mount),
        "VolumeOptions": _volume_options(mount) if mount.is_volume else None,
        "ImageOptions": {"Subpath": mount.subpath} if mount.is_image and mount.subpath else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _bind_options(mount: Mount) -> dict[str, Any] | None:
    body: dict[str, Any] = {"Propagation": mount.propagation} if mount.propagation else {}
    if mount.creates_path:
        body["CreateMountpoint"] = True
    if mount.recursive:
        body[_RECURSIVE_KEYS[mount.recursive]] = True
    if mount.recursive == "readonly":
        body["Propagation"] = "rprivate"
    return body or None


def _volume_options(mount: Mount) -> dict[str, Any] | None:
    driver = {"Name": mount.value("volume-driver"), "Options": mount.pairs("volume-opt")}
    body = {
        "NoCopy": NO_COPY in mount.options,
        "Subpath": mount.subpath,
        "Labels": mount.pairs("volume-label"),
        "DriverConfig": {name: value for name, value in driver.items() if value},
    }
    return {name: value for name, value in body.items() if value} or None


def form(volumes: Iterable[Any]) -> dict[str, Mount]:
    """Return mounts by target."""
    known = (volume if isinstance(volume, Mount) else _of_label(volume) for volume in volumes)
    return {volume.target: volume for volume in known}


def _of_label(written: str) -> Mount:
    """Return a mount of a label. A label may hold one that is invalid today."""
    try:
        return entry(written)
    except ResourceError:
        return Mount(written)


def declared(observed: Observed) -> Mapping[str, Mount]:
    """Return the volumes that the image declares."""
    return {path: Mount(path) for path in observed.image_config.get("Volumes") or {}}


def same(pair: Pair) -> bool | None:
    """Return whether the wanted volume, path or image is mounted, in the same way."""
    (wanted,) = pair.expected
    actual, before = pair.actual, pair.before
    if wanted is None or actual is None:
        return wanted is actual
    if wanted.read_only != actual.read_only or not _has_propagation(pair, wanted, actual):
        return False
    if wanted.is_anonymous:
        is_any = is_anonymous_name(actual.source) or not pair.is_ours
        is_same = is_any and actual.is_volume
    else:
        is_same = (wanted.type, wanted.source) == (actual.type, actual.source)
    for part in ("recursive", "subpath"):
        is_set = pair.is_ours or bool(getattr(wanted, part))
        if is_set and not pair.podman and getattr(wanted, part) != getattr(actual, part):
            return False
    unseen = _unseen(before, pair.podman)
    return None if is_same and unseen != _unseen(wanted, pair.podman) else is_same


def _has_propagation(pair: Pair, wanted: Mount, actual: Mount) -> bool:
    propagation = "" if wanted.propagation == "rprivate" else wanted.propagation
    is_set = pair.is_ours or bool(propagation)
    return not is_set or propagation == actual.propagation


def _unseen(mount: Mount | None, podman: bool) -> frozenset[str]:
    """Return the options that the engine does not report reliably."""
    return frozenset(
        word
        for word in (mount.in_use if mount else ())
        if word in _UNSEEN or (podman and word not in PROPAGATION)
    )
