# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the key `build` of a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vigo_bridge.compose.findings import Findings
from vigo_bridge.compose.loading.loader import get
from vigo_bridge.compose.loading.merging import as_mapping
from vigo_bridge.compose.model import Build, Grant, Pairs
from vigo_bridge.compose.reading import shapes
from vigo_bridge.compose.text import Text, joined, text_of
from vigo_bridge.language.values import Fields, Scalar, Value

_TEXTS = ("context", "dockerfile", "dockerfile_inline", "target", "network", "shm_size")
_LISTS = ("cache_from", "cache_to", "entitlements", "no_cache_filter", "platforms")
_MAPS = ("additional_contexts", "args", "labels")
_SWITCHES = ("no_cache", "pull")
#: What to do about the keys that `vigo-bridge build` does not pass to docker.
_LOST = {
    "isolation": "it is for Windows",
    "privileged": "use entitlements: [security.insecure], and RUN --security=insecure",
}
_IGNORED = {
    "provenance": "`vigo-bridge build` adds no attestations",
    "sbom": "`vigo-bridge build` adds no attestations",
    "tags": "`vigo-bridge build` chooses the tag",
}
#: Every key of `build`.
KEYS = (
    *(*_TEXTS, *_LISTS, *_MAPS, *_SWITCHES),
    *("extra_hosts", "secrets", "ssh", "ulimits", *_LOST, *_IGNORED),
)

#: Reads the key of the same name of a service.
Reader = Callable[[Value, Findings], Any]


def read_build(value: Value, findings: Findings, readers: Mapping[str, Reader]) -> Build:
    """Return a build. readers: of secrets, extra_hosts and ulimits of a service."""
    if isinstance(value, Scalar):
        return Build({"context": text_of(value)}, {}, {}, frozenset(), (), value.position)
    content = shapes.mapping(value)
    shapes.known_only(content, KEYS, "build")
    shapes.lose(content, _LOST, "build", findings)
    for written, _ in content.entries:
        if (reason := _IGNORED.get(written.text)) is not None:
            findings.note(written.position, f"build.{written.text} is ignored: {reason}")
    texts = {key: text for key in _TEXTS if (text := shapes.optional(content, key)) is not None}
    lists = {key: shapes.texts(item) for key in _LISTS if (item := get(content, key)) is not None}
    if (ssh := get(content, "ssh")) is not None:
        lists["ssh"] = _ssh(ssh)
    for key, separator in (("extra_hosts", ":"), ("ulimits", "=")):
        if (item := get(content, key)) is not None:
            lists[key] = tuple(
                joined(f"{name}{separator}", text, position=text.position)
                for name, text in readers[key](item, findings)
            )
    maps = {key: shapes.pairs(item) for key in _MAPS if (item := get(content, key)) is not None}
    switches = frozenset(
        key for key in _SWITCHES if (item := get(content, key)) is not None and shapes.flag(item)
    )
    secrets = get(content, "secrets")
    granted: tuple[Grant, ...] = () if secrets is None else readers["secrets"](secrets, findings)
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
