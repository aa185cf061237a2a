# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, volumes, configs and secrets of a project."""

from __future__ import annotations

from collections.abc import Iterator

from vigo_bridge.compose import shapes
from vigo_bridge.compose.findings import Findings
from vigo_bridge.compose.loading import get
from vigo_bridge.compose.model import Network, Source, Volume
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
    content = _content(key, value)
    shapes.known_only(content, NETWORK_KEYS, f"network {key.text}")
    external, name = _external(content)
    return Network(
        key.text,
        name or (key.text if external else f"{project}_{key.text}"),
        external,
        () if external else tuple(_network_options(content, findings)),
        key.position,
    )


def read_volume(key: Scalar, value: Value, project: str, findings: Findings) -> Volume:
    content = _content(key, value)
    shapes.known_only(content, VOLUME_KEYS, f"volume {key.text}")
    external, name = _external(content)
    driver = str(shapes.optional(content, "driver") or "local")
    options = [] if driver == "local" else ["--driver", driver]
    options += _repeated("--opt", get(content, "driver_opts"))
    options += _repeated("--label", get(content, "labels"))
    return Volume(
        key.text,
        name or (key.text if external else f"{project}_{key.text}"),
        external,
        () if external else tuple(options),
        key.position,
    )


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


def _network_options(content: Fields, findings: Findings) -> Iterator[str]:
    driver = str(shapes.optional(content, "driver") or "bridge")
    if driver != "bridge":
        yield from ("--driver", driver)
    for key, option in (
        ("internal", "--internal"),
        ("attachable", "--attachable"),
        ("enable_ipv6", "--ipv6"),
    ):
        found = get(content, key)
        if found is not None and shapes.flag(found):
            yield option
    ipv4 = get(content, "enable_ipv4")
    if ipv4 is not None and not shapes.flag(ipv4):
        yield "--ipv4=false"
    yield from _repeated("--opt", get(content, "driver_opts"))
    yield from _repeated("--label", get(content, "labels"))
    ipam = get(content, "ipam")
    if ipam is not None:
        yield from _ipam(shapes.mapping(ipam))


def _ipam(content: Fields) -> Iterator[str]:
    shapes.known_only(content, ("driver", "config", "options"), "ipam")
    driver = str(shapes.optional(content, "driver") or "default")
    if driver != "default":
        yield from ("--ipam-driver", driver)
    yield from _repeated("--ipam-opt", get(content, "options"))
    pools = get(content, "config")
    for pool in pools.items if isinstance(pools, Items) else ():
        fields = shapes.mapping(pool)
        shapes.known_only(fields, ("subnet", "ip_range", "gateway", "aux_addresses"), "ipam.config")
        for key, option in (
            ("subnet", "--subnet"),
            ("ip_range", "--ip-range"),
            ("gateway", "--gateway"),
        ):
            found = shapes.optional(fields, key)
            if found is not None:
                yield from (option, str(found))
        yield from _repeated("--aux-address", get(fields, "aux_addresses"))


def _repeated(option: str, value: Value | None) -> list[str]:
    """Return an option for each of some pairs."""
    pairs = shapes.pairs(value) if value is not None else ()
    return [word for name, text in pairs for word in (option, f"{name}={text or ''}")]
