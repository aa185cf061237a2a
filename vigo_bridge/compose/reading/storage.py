# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts and ports, in their short and long forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import quantities
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.loading.loader import get
from vigo_bridge.compose.model import Mount
from vigo_bridge.compose.reading import shapes
from vigo_bridge.compose.text import Text, joined
from vigo_bridge.language.values import Fields, Value

_MOUNT = (
    "type",
    "source",
    "target",
    "read_only",
    "consistency",
    "bind",
    "volume",
    "tmpfs",
    "image",
)
_SUBPATH = {"subpath": shapes.text}
_LABELS = {"labels": shapes.pairs}
_BIND = {
    **dict.fromkeys(("propagation", "selinux", "recursive"), shapes.text),
    "create_host_path": shapes.flag,
}
_IGNORED_OPTIONS = ("rw", "cached", "delegated", "consistent")


def read_mount(value: Value, findings: Findings) -> Mount | None:
    """Return one entry of `volumes`; None if it cannot be carried over, which is reported."""
    if isinstance(value, Fields):
        return _long_mount(value, findings)
    text = shapes.text(value)
    source, rest = text.partition(":")
    if rest is None:
        return Mount("volume", None, source)
    target, options = rest.partition(":")
    words = tuple(
        word for word in str(options or "").split(",") if word and word not in _IGNORED_OPTIONS
    )
    if is_path(str(source)):
        return Mount("bind", source, target, words, creates_source=True)
    return Mount("volume", source, target, words)


def is_path(source: str) -> bool:
    """Return whether compose takes a source for a path rather than for a volume's name."""
    return source.startswith((".", "/", "~"))


def _long_mount(fields: Fields, findings: Findings) -> Mount | None:
    shapes.known_only(fields, _MOUNT, "a volume")
    kind, target = shapes.optional(fields, "type"), shapes.optional(fields, "target")
    if kind is None or target is None:
        raise ComposeError(
            fields.position,
            "a volume needs a type and a target",
            "add type: (bind, volume, tmpfs or image) and target:",
        )
    source = shapes.optional(fields, "source")
    read_only = get(fields, "read_only")
    options = ("ro",) if read_only is not None and shapes.flag(read_only) else ()
    match str(kind):
        case "bind":
            return _bind(fields, source, target, options)
        case "volume":
            found = _details(fields, "volume", {"nocopy": shapes.flag, **_SUBPATH, **_LABELS})
            nocopy = ("nocopy",) if found.pop("nocopy", False) else ()
            details = tuple(found.items())
            return Mount("volume", source, target, (*options, *nocopy), details=details)
        case "tmpfs":
            return Mount("tmpfs", None, target, tmpfs=_tmpfs_options(fields, options))
        case "image":
            if source is None:
                raise ComposeError(
                    fields.position,
                    "a volume of type image needs a source",
                    "add source: with the name of the image",
                )
            found = _details(fields, "image", _SUBPATH)
            return Mount("image", source, target, details=tuple(found.items()))
    findings.lost(
        fields.position,
        f"volumes of type {kind} are not supported",
        "mount a folder of the host or a named volume",
    )
    return None


def _bind(fields: Fields, source: Text | None, target: Text, options: tuple[str, ...]) -> Mount:
    if source is None:
        raise ComposeError(
            fields.position, "a volume of type bind needs a source", "add source: with its path"
        )
    found = _details(fields, "bind", _BIND)
    words = (found.pop(key, None) for key in ("propagation", "selinux"))
    return Mount(
        "bind",
        source,
        target,
        (*options, *(str(word) for word in words if word is not None)),
        creates_source=found.pop("create_host_path", True),
        details=tuple(found.items()),
    )


def _details(fields: Fields, key: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a type that are set."""
    written = get(fields, key)
    content = Fields((), fields.position) if written is None else shapes.mapping(written)
    found = shapes.parts(content, key, known)
    return {name: value for name, value in found.items() if value is not None}


def _tmpfs_options(fields: Fields, options: tuple[str, ...]) -> str:
    known = {"size": shapes.text, "mode": shapes.number}
    details = _details(fields, "tmpfs", known)
    size, mode = details.get("size"), details.get("mode")
    words = list(options)
    if mode is not None:
        words.append(f"mode={mode:o}")
    if size is not None:
        words.append(f"size={_bytes(size)}")
    return ",".join(words)


def _bytes(size: Text) -> str:
    """Return a size in bytes: engines do not take all units of Compose for a tmpfs."""
    try:
        return str(quantities.size(str(size), "size"))
    except ResourceError as error:
        raise ComposeError(size.position, str(error), "write bytes, or 512k, 256m, 2g") from error


def read_port(value: Value, findings: Findings) -> tuple[Text, ...]:
    """Return one entry of `ports` in the short form; none where it cannot be carried over."""
    if not isinstance(value, Fields):
        return (shapes.text(value),)
    known = ("name", "mode", "host_ip", "target", "published", "protocol", "app_protocol")
    shapes.known_only(value, known, "a port")
    target = shapes.optional(value, "target")
    if target is None:
        raise ComposeError(
            value.position, "a port needs a target", "add target: with the container's port"
        )
    host, published = shapes.optional(value, "host_ip"), shapes.optional(value, "published")
    protocol = shapes.optional(value, "protocol")
    if published is not None and "-" in str(published) and "-" not in str(target):
        findings.lost(
            value.position,
            "a range of host ports to choose from is not supported",
            "publish one port",
        )
        return ()
    address = f"[{host}]" if ":" in str(host or "") else host
    parts: list[Text | str] = [] if address is None else [address, ":"]
    parts += [] if published is None else [published, ":"]
    if address is not None and published is None:
        parts.append(":")
    parts.append(target)
    if protocol is not None and str(protocol) != "tcp":
        parts += ["/", protocol]
    return (joined(*parts, position=value.position),)
