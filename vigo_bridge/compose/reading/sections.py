# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, volumes, configs and secrets of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from vigo_bridge.compose.findings import Errors, Findings
from vigo_bridge.compose.loading.loader import get
from vigo_bridge.compose.model import Network, Source, Volume
from vigo_bridge.compose.reading import shapes
from vigo_bridge.compose.text import Text
from vigo_bridge.language.values import Fields, Items, Scalar, Value

NETWORK_KEYS = (
    "name",
    "driver",
    "driver_opts",
    "attachable",
    "enable_ipv4",
    "enable_ipv6",
    "external",
    "internal",
    "ipam",
    "labels",
)
VOLUME_KEYS = ("name", "driver", "driver_opts", "external", "labels")
SOURCE_KEYS = (
    "name",
    "file",
    "content",
    "environment",
    "external",
    "labels",
    "driver",
    "driver_opts",
    "template_driver",
)


def read_network(key: Scalar, value: Value, project: str, findings: Findings) -> Network:
    external, name, settings = _read(
        key, value, NETWORK_KEYS, "network", lambda content: _network_settings(content, findings)
    )
    name = name or (key.text if external else f"{project}_{key.text}")
    return Network(key.text, name, external, settings, key.position)


def read_volume(key: Scalar, value: Value, project: str, findings: Findings) -> Volume:
    external, name, settings = _read(
        key, value, VOLUME_KEYS, "volume", lambda content: _common_settings(content, "local")
    )
    name = name or (key.text if external else f"{project}_{key.text}")
    return Volume(key.text, name, external, settings, key.position)


def _read(
    key: Scalar,
    value: Value,
    known: Sequence[str],
    what: str,
    settings_of: Callable[[Fields], Iterator[tuple[str, Any]]],
) -> tuple[bool, str, dict[str, Any]]:
    """Return whether it is created elsewhere, the name that it is given, and its settings."""
    content = _content(key, value)
    errors = Errors()
    external, name = False, ""
    settings: dict[str, Any] = {}
    with errors.collected():
        shapes.known_only(content, known, f"{what} {key.text}")
    with errors.collected():
        external, name = _external(content)
    with errors.collected():
        settings = {} if external else dict(settings_of(content))
    errors.raise_all()
    return external, name, settings


def read_source(key: Scalar, value: Value, what: str, findings: Findings) -> Source:
    content = _content(key, value)
    shapes.known_only(content, SOURCE_KEYS, f"{what}.{key.text}")
    shapes.lose(
        content,
        {
            "driver": "store it in one of the stack's secret stores",
            "driver_opts": "store it in one of the stack's secret stores",
            "template_driver": "write a template of the stack, with a file resource",
            "external": "it requires Swarm; set file: to a file on the host",
        },
        f"{what}.{key.text}",
        findings,
    )
    environment = shapes.optional(content, "environment")
    return Source(
        key.text,
        shapes.optional(content, "file"),
        shapes.optional(content, "content"),
        None if environment is None else str(environment),
        key.position,
    )


def _content(key: Scalar, value: Value) -> Fields:
    is_empty = isinstance(value, Scalar) and value.data is None
    return Fields((), key.position) if is_empty else shapes.mapping(value)


def _external(content: Fields) -> tuple[bool, str]:
    """Return whether it is created elsewhere, and the name that it is given, if any."""
    name = str(shapes.optional(content, "name") or "")
    external = get(content, "external")
    if isinstance(external, Fields):
        return True, str(shapes.optional(external, "name") or name)
    return external is not None and shapes.flag(external), name


def _common_settings(content: Fields, usual_driver: str) -> Iterator[tuple[str, Any]]:
    driver = shapes.optional(content, "driver")
    if driver is not None and str(driver) not in ("", usual_driver):
        yield "driver", driver
    for key, attribute in (("driver_opts", "options"), ("labels", "labels")):
        if pairs := _pairs(content, key):
            yield attribute, pairs


def _network_settings(content: Fields, findings: Findings) -> Iterator[tuple[str, Any]]:
    yield from _common_settings(content, "bridge")
    for key in ("internal", "attachable", "enable_ipv6"):
        found = get(content, key)
        if found is not None and shapes.flag(found):
            yield key, True
    ipv4 = get(content, "enable_ipv4")
    if ipv4 is not None and not shapes.flag(ipv4):
        findings.lost(
            ipv4.position,
            "enable_ipv4: false is not supported",
            "IPv4 cannot be disabled; remove it",
        )
    ipam = get(content, "ipam")
    if ipam is not None and (settings := dict(_ipam(shapes.mapping(ipam)))):
        yield "ipam", settings


def _ipam(content: Fields) -> Iterator[tuple[str, Any]]:
    shapes.known_only(content, ("driver", "config", "options"), "ipam")
    driver = shapes.optional(content, "driver")
    if driver is not None and str(driver) not in ("", "default"):
        yield "driver", driver
    if options := _pairs(content, "options"):
        yield "options", options
    pools = get(content, "config")
    items = pools.items if isinstance(pools, Items) else ()
    given = [pool for pool in items if _is_given(pool)]
    found = shapes.each(given, lambda pool: _pool(shapes.mapping(pool)))
    if kept := [pool for pool in found if pool]:
        yield "config", kept


def _is_given(value: Value) -> bool:
    return not (isinstance(value, Scalar) and value.data is None)


def _pool(fields: Fields) -> dict[str, Any]:
    shapes.known_only(fields, ("subnet", "ip_range", "gateway", "aux_addresses"), "ipam.config")
    texts = {key: shapes.optional(fields, key) for key in ("subnet", "gateway", "ip_range")}
    pool: dict[str, Any] = {key: text for key, text in texts.items() if text is not None}
    if others := _pairs(fields, "aux_addresses"):
        pool["aux_addresses"] = others
    return pool


def _pairs(content: Fields, key: str) -> dict[str, Text]:
    """Return some pairs as a mapping. A name without a value has an empty one, as in Compose."""
    found = get(content, key)
    pairs = shapes.pairs(found) if found is not None else ()
    return {name: text or Text((), content.position) for name, text in pairs}
