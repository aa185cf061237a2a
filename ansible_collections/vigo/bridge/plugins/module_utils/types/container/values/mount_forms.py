# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts in long form: mappings as in Compose, and the text of ``docker run --mount``.

The options of a type are one table. Their names of the module ``community.docker.docker_container``
are also accepted.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Tuple

from ....common.comma_strings import QUOTE_FIELDS, as_map, text
from ....common.errors import Key, ResourceError, within
from ....common.suggest import did_you_mean_or_one_of
from . import image_name, paths, quantities
from .mount import (
    BIND,
    CREATES_PATH,
    IMAGE,
    NO_COPY,
    PROPAGATION,
    RECURSIVE,
    RELABELLING,
    SUBPATH,
    TMPFS,
    TYPES,
    VOLUME,
    Mount,
)

Words = Tuple[str, ...]

VOLUME_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
#: The beginning of a text in the form of ``docker run --mount``.
FLAGS = re.compile(r"[A-Za-z][A-Za-z-]*[=,]")
_SWITCHES = frozenset({"readonly", "ro", "volume-nocopy", CREATES_PATH})
_SHARED = ("type", "source", "target", "read_only", "consistency")
_ALIASES = {
    **dict.fromkeys(("src",), "source"),
    **dict.fromkeys(("dst", "destination"), "target"),
    **dict.fromkeys(("readonly", "ro"), "read_only"),
}
_ELSEWHERE = {
    "npipe": "it is for Windows; mount a socket of the host with type: bind",
    "cluster": "it is for Swarm; use type: volume",
}
_CONSISTENCY = ("default", "consistent", "cached", "delegated")
_MODE = re.compile(r"[0-7]{3,5}")


class _Option(NamedTuple):
    """An option of a type of mount.

    read: called with the value and the place for messages; returns words of ``Mount.options``.
    names: in ``docker run --mount``, and as options of the module docker_container.
    """

    read: Callable[[Any, str], Words]
    names: tuple[str, ...] = ()


def _word_of(*words: str) -> Callable[[Any, str], Words]:
    def read(value: Any, where: str) -> Words:
        if text(value) not in words:
            advice = did_you_mean_or_one_of(text(value), words)
            raise ResourceError(f"{where}: invalid value {text(value)!r}", advice)
        return (text(value),)

    return read


def _switched(word: str) -> Callable[[Any, str], Words]:
    return lambda value, where: (word,) if quantities.switch(value, where) else ()


def _recursive(value: Any, where: str) -> Words:
    (word,) = _word_of("enabled", "disabled", "writable", "readonly")(value, where)
    return () if word == "enabled" else (f"{RECURSIVE}={word}",)


def _subpath(kind: str) -> Callable[[Any, str], Words]:
    def read(value: Any, where: str) -> Words:
        path = text(value).rstrip("/")
        parts = path.split("/")
        if not path.strip() or ".." in parts or not parts[0]:
            raise ResourceError(
                f"{where}: invalid path {text(value)!r}",
                f"write a path below the root of the {kind}, without a leading / and without ..",
            )
        kept = [part for part in parts if part not in ("", ".")]
        return (f"{kind}-{SUBPATH}={'/'.join(kept)}",) if kept else ()

    return read


def _pairs(flag: str) -> Callable[[Any, str], Words]:
    return lambda value, where: tuple(
        f"{flag}={name}={item}" for name, item in as_map(value, where).items()
    )


def _driver_name(value: Any, where: str) -> Words:
    return (f"volume-driver={text(value)}",) if text(value) not in ("", "local") else ()


_DRIVER_OPTIONS = _pairs("volume-opt")


def _driver(value: Any, where: str) -> Words:
    content = _mapping(value, where)
    _refuse_unknown(content, ("name", "options"), where)
    options = _DRIVER_OPTIONS(content.get("options"), f"{where}.options")
    return (*_driver_name(content.get("name"), where), *options)


def _size(value: Any, where: str) -> Words:
    size = quantities.size(value, where)
    return (f"size={size}",) if size > 0 else ()


def _mode(value: Any, where: str) -> Words:
    # A YAML 1.1 parser has already converted 0700 to a number.
    is_number = isinstance(value, int) and not isinstance(value, bool)
    written = f"{value:o}" if is_number else text(value).replace("0o", "", 1)
    if not _MODE.fullmatch(written):
        raise ResourceError(f"{where}: invalid mode {text(value)!r}", "write for example 1777")
    return (f"mode={written}",)


_OPTIONS: Mapping[str, Mapping[str, _Option]] = {
    BIND: {
        "propagation": _Option(_word_of(*sorted(PROPAGATION)), ("bind-propagation", "propagation")),
        "selinux": _Option(_word_of(*sorted(RELABELLING)), ("bind-selinux",)),
        "create_host_path": _Option(_switched(CREATES_PATH), (CREATES_PATH, "create_mountpoint")),
        "recursive": _Option(_recursive, (RECURSIVE,)),
        "non_recursive": _Option(_switched(f"{RECURSIVE}=disabled"), ("non_recursive",)),
        "read_only_non_recursive": _Option(
            _switched(f"{RECURSIVE}=writable"), ("read_only_non_recursive",)
        ),
        "read_only_force_recursive": _Option(
            _switched(f"{RECURSIVE}=readonly"), ("read_only_force_recursive",)
        ),
    },
    VOLUME: {
        "nocopy": _Option(_switched(NO_COPY), ("volume-nocopy", "no_copy")),
        "subpath": _Option(_subpath(VOLUME), ("volume-subpath", "subpath")),
        "labels": _Option(_pairs("volume-label"), ("volume-label", "labels")),
        "driver_config": _Option(_driver),
        "driver": _Option(_driver_name, ("volume-driver", "volume_driver")),
        "driver_opts": _Option(_DRIVER_OPTIONS, ("volume-opt", "volume_options")),
    },
    TMPFS: {
        "size": _Option(_size, ("tmpfs-size", "tmpfs_size")),
        "mode": _Option(_mode, ("tmpfs-mode", "tmpfs_mode")),
    },
    IMAGE: {"subpath": _Option(_subpath(IMAGE), ("image-subpath", "subpath"))},
}


def of_flags(written: str, attribute: str) -> Mount:
    """Return the mount of ``type=bind,source=/a,target=/b,readonly``. Raise ResourceError."""
    import csv  # Slow to load, and few containers need it.

    try:
        (row,) = csv.reader([written], strict=True)
    except (csv.Error, ValueError):
        raise ResourceError(
            f"{attribute}: {written!r}: cannot be split at its commas",
            QUOTE_FIELDS,
        ) from None
    fields: dict[str, Any] = {}
    for field in row:
        name, equals, value = field.lstrip().partition("=")
        if not equals and name not in _SWITCHES:
            raise ResourceError(f"{attribute}: {written!r}: {field!r} is not NAME=VALUE")
        repeated = name in ("volume-opt", "volume-label")
        fields[name] = [*fields.get(name, []), value] if repeated else value if equals else "true"
    return of_mapping(fields, attribute)


def of_mapping(content: Mapping[str, Any], attribute: str) -> Mount:
    """Return the mount of a mapping as Compose has it. Raise ResourceError."""
    given = {str(name): value for name, value in content.items() if value is not None}
    named = {_ALIASES.get(name, name): value for name, value in given.items()}
    kind = _type(named, attribute)
    _refuse_paths(given, attribute)
    _refuse_unknown(given, (*_SHARED, *_ALIASES, *_names(kind), *TYPES), attribute)
    where = f"{attribute}: {text(named.get('target', ''))}".rstrip(": ")
    with within(_key_of(given, "target")):
        target = paths.mount_point(_required(named, "target", attribute), attribute)
    with within("consistency"):
        _word_of(*_CONSISTENCY)(named.get("consistency", "default"), f"{where}: consistency")
    with within(_key_of(given, "read_only")):
        is_read_only = quantities.switch(named.get("read_only", False), f"{where}: read_only")
    with within(_key_of(given, "source")):
        source = _source(kind, named, attribute)
    words = sorted({*_read_flat(given, kind, where), *_read_nested(given, kind, where)})
    kept = kind if kind in (TMPFS, IMAGE) else ""
    return Mount(target, source, is_read_only or kind == IMAGE, tuple(words), kept)


def _type(named: Mapping[str, Any], attribute: str) -> str:
    with within("type"):
        kind = text(named.get("type", VOLUME)).strip()
        if kind in _ELSEWHERE:
            raise ResourceError(f"{attribute}: type {kind} is not supported", _ELSEWHERE[kind])
        if kind not in TYPES:
            advice = did_you_mean_or_one_of(kind, TYPES)
            raise ResourceError(f"{attribute}: unknown type {kind!r}", advice)
    return kind


def _source(kind: str, named: Mapping[str, Any], attribute: str) -> str:
    source = text(named.get("source", ""))
    if kind == TMPFS:
        if source:
            raise ResourceError(f"{attribute}: a tmpfs has no source", "remove it")
        return ""
    if not source and kind != VOLUME:
        raise ResourceError(f"{attribute}: a mount of type {kind} needs a source", "set source")
    if kind == IMAGE:
        return image_name.reference(source, attribute)
    if kind == BIND and not source.startswith("/"):
        raise ResourceError(
            f"{attribute}: {source!r} is not an absolute path",
            "relative paths are not allowed on the target; for a volume, write type: volume",
        )
    if kind == VOLUME and source and not VOLUME_NAME.fullmatch(source):
        raise ResourceError(
            f"{attribute}: {source!r} is not a volume name", "for a path, write type: bind"
        )
    return paths.clean(source) if kind == BIND else source


def _names(kind: str) -> dict[str, str]:
    """Return the options of a type by their names beside the mapping of the type."""
    return {name: key for key, option in _OPTIONS[kind].items() for name in option.names}


def _read_flat(given: Mapping[str, Any], kind: str, where: str) -> Iterable[str]:
    options = {name: key for name, key in _names(kind).items() if name in given}
    for name, key in options.items():
        with within(name):
            yield from _OPTIONS[kind][key].read(given[name], f"{where}: {name}")


def _read_nested(given: Mapping[str, Any], kind: str, where: str) -> Iterable[str]:
    for name in TYPES:
        if name not in given:
            continue
        with within(name):
            if name != kind:
                raise ResourceError(
                    f"{where}: {name} has options of another type than {kind}", "remove them"
                )
            content = _mapping(given[name], f"{where}: {name}")
            known = _OPTIONS[kind]
            _refuse_unknown(content, known, f"{where}: {name}")
            for key, value in content.items():
                with within(key):
                    yield from known[key].read(value, f"{where}: {name}.{key}")


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ResourceError(f"{where}: expected a mapping")
    return {str(name): item for name, item in value.items() if item is not None}


def _refuse_unknown(content: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for name in content:
        if name not in known:
            advice = did_you_mean_or_one_of(name, list(known))
            raise ResourceError(f"{where}: unknown key {name!r}", advice, place=(Key(name),))


def _refuse_paths(given: Mapping[str, Any], attribute: str) -> None:
    """Raise ResourceError for a mapping from paths of the host to paths in the container."""
    for name, value in given.items():
        if "/" in name:
            target = value if isinstance(value, str) else "TARGET"
            raise ResourceError(
                f"{attribute}: {name!r} is not a key of a mount",
                f"write {name}:{target}",
                place=(Key(name),),
            )


def _required(named: Mapping[str, Any], name: str, attribute: str) -> str:
    value = text(named.get(name, ""))
    if not value.strip():
        raise ResourceError(f"{attribute}: a mount needs a {name}", f"set {name}")
    return value


def _key_of(given: Mapping[str, Any], name: str) -> str:
    """Return the name under which a shared key was written."""
    return next((alias for alias in given if _ALIASES.get(alias, alias) == name), name)
