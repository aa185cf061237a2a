# SPDX-License-Identifier: GPL-3.0-or-later
"""One compose file over another: of overriding files, and of `extends`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vigo_bridge.compose.text import tail_of
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Items, Scalar, Value

#: Values of services that the later file replaces as a whole.
_REPLACED = frozenset({"command", "entrypoint", "healthcheck.test"})
#: Mappings that may be written as lists of NAME=VALUE or of names.
_MAPPINGS = frozenset(
    {
        "annotations",
        "build.additional_contexts",
        "build.args",
        "build.extra_hosts",
        "build.labels",
        "deploy.labels",
        "depends_on",
        "environment",
        "extra_hosts",
        "labels",
        "networks",
        "sysctls",
    }
)
#: Lists in which an entry for the same thing in the container is replaced.
_KEYED = frozenset({"configs", "devices", "secrets", "volumes"})
#: Lists that may be written as one text.
_LISTS = frozenset({"dns", "dns_search", "env_file", "label_file", "tmpfs"})

Tags = Mapping[Position, str]


def merged(base: Value, over: Value, tags: Tags, path: str = "") -> Value:
    """Return two values merged. path: of the values, below their service, with dots."""
    if tags.get(over.position) == "!override" or path in _REPLACED:
        return over
    if path == "build":
        base, over = _as_build(base), _as_build(over)
    elif path in _MAPPINGS:
        base, over = as_mapping(base), as_mapping(over)
    elif path in _LISTS:
        base, over = as_items(base), as_items(over)
    if isinstance(base, Fields) and isinstance(over, Fields):
        if path == "logging" and _text(base, "driver") != _text(over, "driver"):
            return over
        return _merged_fields(base, over, tags, path)
    if isinstance(base, Items) and isinstance(over, Items):
        return _merged_items(base, over, path)
    return over


def merged_services(base: Fields, over: Fields, tags: Tags) -> Fields:
    """Return two mappings of services by name."""
    entries = {key.text: (key, value) for key, value in base.entries}
    for key, value in over.entries:
        if tags.get(value.position) == "!reset":
            entries.pop(key.text, None)
        elif key.text in entries:
            entries[key.text] = key, merged(entries[key.text][1], value, tags)
        else:
            entries[key.text] = key, value
    return Fields(tuple(entries.values()), over.position)


def as_mapping(value: Value) -> Value:
    """Return a list of `NAME=VALUE`, `NAME:VALUE` or names as a mapping."""
    if not isinstance(value, Items):
        return value
    entries: dict[str, tuple[Scalar, Value]] = {}
    for item in value.items:
        if not isinstance(item, Scalar):
            return value
        name, equals, _ = item.text.partition("=")
        nothing = Scalar("", None, item.position)
        content = tail_of(item, len(name) + 1) if equals else nothing
        entries[name] = Scalar(name, name, item.position), content
    return Fields(tuple(entries.values()), value.position)


def _as_build(value: Value) -> Value:
    """Return a build that is only a folder as a mapping."""
    if not isinstance(value, Scalar):
        return value
    key = Scalar("context", "context", value.position)
    return Fields(((key, value),), value.position)


def as_items(value: Value) -> Value:
    return value if isinstance(value, Items) else Items((value,), value.position)


def _merged_fields(base: Fields, over: Fields, tags: Tags, path: str) -> Fields:
    entries = {key.text: (key, value) for key, value in base.entries}
    for key, value in over.entries:
        if tags.get(value.position) == "!reset":
            entries.pop(key.text, None)
        elif key.text in entries:
            below = f"{path}.{key.text}" if path else key.text
            entries[key.text] = key, merged(entries[key.text][1], value, tags, below)
        else:
            entries[key.text] = key, value
    return replace(over, entries=tuple(entries.values()))


def _merged_items(base: Items, over: Items, path: str) -> Items:
    entries: dict[str, Value] = {}
    for item in (*base.items, *over.items):
        entries[_key(item, path)] = item
    return Items(tuple(entries.values()), over.position)


def _key(item: Value, path: str) -> str:
    """Return the key of a list's item: two items with the same key are one."""
    if path not in _KEYED:
        return repr(item.data)
    if isinstance(item, Fields):
        return _text(item, "target") or _text(item, "source")
    parts = str(item.data).split(":")
    return parts[0] if len(parts) == 1 else parts[1]


def _text(fields: Fields, name: str) -> str:
    return next((str(value.data) for key, value in fields.entries if key.text == name), "")
