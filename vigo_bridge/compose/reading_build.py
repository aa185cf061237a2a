# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the key `build` of a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vigo_bridge.compose import shapes
from vigo_bridge.compose.findings import Findings
from vigo_bridge.compose.loading import get
from vigo_bridge.compose.merging import as_mapping
from vigo_bridge.compose.model import Build, Grant, Pairs
from vigo_bridge.compose.text import Text, joined, text_of
from vigo_bridge.language.values import Fields, Scalar, Value

_TEXTS = ("context", "dockerfile", "dockerfile_inline", "target", "network", "shm_size")
_LISTS = ("cache_from", "cache_to", "platforms")
_MAPS = ("additional_contexts", "args", "labels")
_SWITCHES = ("no_cache", "pull")
#: What to do about the keys that `vigo-bridge build` does not pass to docker.
_LOST = {
    "entitlements": "build the image with docker buildx",
    "isolation": "it is for Windows",
    "no_cache_filter": "use no_cache: true",
    "privileged": "build the image with docker buildx",
    "ulimits": "set default-ulimits in the daemon.json of the engine that builds",
}
_IGNORED = {
    "provenance": "`vigo-bridge build` adds no attestations",
    "sbom": "`vigo-bridge build` adds no attestations",
    "tags": "`vigo-bridge build` chooses the tag",
}
#: Every key of `build`.
KEYS = (
    *(*_TEXTS, *_LISTS, *_MAPS, *_SWITCHES),
    *("extra_hosts", "secrets", "ssh", *_LOST, *_IGNORED),
)

#: Reads the key of the same name of a service.
Reader = Callable[[Value, Findings], Any]


def read_build(value: Value, findings: Findings, grants: Reader, extra_hosts: Reader) -> Build:
    """Return a build. grants, extra_hosts: the readers of secrets and of extra_hosts."""
    if isinstance(value, Scalar):
        return Build({"context": text_of(value)}, {}, {}, frozenset(), (), value.position)
    content = shapes.mapping(value)
    shapes.known_only(content, KEYS, "build")
    shapes.lose(content, _LOST, "build", findings)
    for key, _ in content.entries:
        if key.text in _IGNORED:
            findings.note(key.position, f"build.{key.text} is ignored: {_IGNORED[key.text]}")
    texts = {key: text for key in _TEXTS if (text := shapes.optional(content, key)) is not None}
    lists = {key: shapes.texts(item) for key in _LISTS if (item := get(content, key)) is not None}
    ssh, hosts, secrets = (get(content, key) for key in ("ssh", "extra_hosts", "secrets"))
    if ssh is not None:
        lists["ssh"] = _ssh(ssh)
    if hosts is not None:
        lists["extra_hosts"] = tuple(
            joined(f"{name}:", address, position=address.position)
            for name, address in extra_hosts(hosts, findings)
        )
    maps = {key: shapes.pairs(item) for key in _MAPS if (item := get(content, key)) is not None}
    switches = frozenset(
        key for key in _SWITCHES if (item := get(content, key)) is not None and shapes.flag(item)
    )
    granted: tuple[Grant, ...] = () if secrets is None else grants(secrets, findings)
    return Build(texts, lists, maps, switches, granted, value.position)


def _ssh(value: Value) -> tuple[Text, ...]:
    if not isinstance(value, Fields):
        return shapes.texts(value)
    pairs: Pairs = shapes.pairs(as_mapping(value))
    return tuple(
        Text((name,), value.position)
        if path is None
        else joined(f"{name}=", path, position=path.position)
        for name, path in pairs
    )
