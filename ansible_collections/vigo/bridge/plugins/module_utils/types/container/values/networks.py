# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a container, and its network mode."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Mapping

from ....common.comma_strings import as_list, each, text
from ....common.errors import Key, ResourceError, within
from ....common.suggest import did_you_mean_or_one_of

if TYPE_CHECKING:
    from ..setting import Making
    from ..settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_EXAMPLES = {"ipv4_address": "172.20.0.5", "ipv6_address": "fd00::5"}
_OPTIONS = ("aliases", "ipv4_address", "ipv6_address")
#: The engine's own networks, which have neither aliases nor fixed addresses.
_ALONE = frozenset({"bridge", "host", "none"})
#: Network modes that are not networks.
SPECIAL_MODES = frozenset({"host", "none", "default", "bridge"})


@dataclass(frozen=True)
class Attachment:
    """A container on a network. Addresses are empty if the engine chooses.

    Only for an observed one: all addresses that it has now (current), the names that every engine
    adds (own), and its host name, which Docker 20.10 adds, too.
    """

    network: str
    aliases: tuple[str, ...] = ()
    ipv4: str = ""
    ipv6: str = ""
    current: tuple[str, ...] = field(default=(), compare=False)
    own: tuple[str, ...] = field(default=(), compare=False)
    hostname: str = field(default="", compare=False)

    @property
    def fixed(self) -> frozenset[str]:
        """The addresses that were asked for."""
        return frozenset(address for address in (self.ipv4, self.ipv6) if address)

    def __str__(self) -> str:
        details = [*self.aliases, *(item for item in (self.ipv4, self.ipv6) if item)]
        return f"{self.network} ({', '.join(details)})" if details else self.network


def parse(network: Any, networks: Any, attribute: str) -> tuple[Attachment, ...]:
    """Return ``network`` first, then ``networks``: names, or names with aliases and addresses."""
    attachments: dict[str, Attachment] = {}
    for attachment in [*_entries(network), *_entries(networks)]:
        known = attachments.get(attachment.network)
        if known is None or known == Attachment(attachment.network):
            attachments[attachment.network] = attachment
    for name in _ALONE.intersection(attachments):
        if len(attachments) > 1 and name != "bridge":
            raise ResourceError(f"networks: {name} cannot be combined with other networks")
    return tuple(attachments.values())


def endpoint(attachment: Attachment) -> dict[str, Any]:
    """Return an attachment for the API."""
    fixed = {"IPv4Address": attachment.ipv4, "IPv6Address": attachment.ipv6}
    return {
        "Aliases": list(attachment.aliases),
        "IPAMConfig": {key: value for key, value in fixed.items() if value},
    }


def create(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the network for the create call, which takes one; others are connected before the
    start.
    """
    if not settings.networks:
        return {"HostConfig.NetworkMode": settings.network_mode}
    first = settings.networks[0]
    return {
        "HostConfig.NetworkMode": first.network,
        "NetworkingConfig": {"EndpointsConfig": {first.network: endpoint(first)}},
    }


def read(payload: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """Return the networks of a container's inspect payload.

    Engines add the short container ID (and the name, on Podman) to the aliases.
    """
    container_id, name = payload["Id"], (payload.get("Name") or "").lstrip("/")
    hostname = (payload.get("Config") or {}).get("Hostname") or ""
    found = []
    for network, endpoint in ((payload.get("NetworkSettings") or {}).get("Networks") or {}).items():
        endpoint = endpoint or {}
        fixed = endpoint.get("IPAMConfig") or {}
        current = (endpoint.get("IPAddress"), endpoint.get("GlobalIPv6Address"))
        own = (container_id[:12], name)
        aliases = set(endpoint.get("Aliases") or []).difference(own)
        found.append(
            Attachment(
                network,
                tuple(sorted(aliases)),
                fixed.get("IPv4Address") or "",
                fixed.get("IPv6Address") or "",
                tuple(address for address in current if address),
                own,
                hostname,
            )
        )
    return tuple(sorted(found, key=lambda attachment: attachment.network))


def satisfies(
    actual: Attachment, wanted: Attachment, podman: bool = False, exactly: bool = False
) -> bool:
    """Return whether the attachment has all that the user set; exactly: and nothing else.

    Podman reports only the addresses of a running container, not the fixed ones.
    """
    aliases = set(wanted.aliases)
    missing = aliases.difference(actual.aliases, actual.own)
    further = set(actual.aliases).difference(aliases, [actual.hostname])
    if missing or (exactly and further):
        return False
    if podman:
        return wanted.fixed <= set(actual.current) or not actual.current
    return wanted.fixed == actual.fixed if exactly else wanted.fixed <= actual.fixed


def is_special(mode: str) -> bool:
    """Return whether a network mode is special, not a network to attach to."""
    return mode in SPECIAL_MODES or mode.startswith("container:")


def read_mode(value: Any) -> str:
    """Return the network mode of an inspect payload."""
    return value or "default"


def mode(value: Any, attribute: str) -> str:
    """Return ``host``, ``none``, ``bridge`` or ``container:NAME``; other names are networks."""
    written = text(value).strip()
    if written in SPECIAL_MODES:
        return "bridge" if written == "default" else written
    kind, colon, name = written.partition(":")
    if kind == "container" and _NAME.fullmatch(name):
        return written
    if colon or not _NAME.fullmatch(written):
        raise ResourceError(
            f"{attribute}: {written!r} is not bridge, host, none, container:NAME or a network"
        )
    return written


def _entries(value: Any) -> list[Attachment]:
    if isinstance(value, Mapping) and "name" not in value:
        entries = []
        for name, options in value.items():
            with within(name):
                entries.append(_attachment(name, options or {}))
        return entries
    if isinstance(value, Mapping):
        return [_described(value)]
    if not isinstance(value, (list, tuple)):
        return each(value, lambda name: _attachment(name, {}))
    entries = []
    for number, item in enumerate(value):
        with within(number):
            is_map = isinstance(item, Mapping)
            entries.append(_described(item) if is_map else _attachment(text(item), {}))
    return entries


def _described(item: Mapping[str, Any]) -> Attachment:
    options = {name: option for name, option in item.items() if name != "name"}
    return _attachment(item.get("name", ""), options)


def _attachment(name: Any, options: Mapping[str, Any]) -> Attachment:
    name = text(name).strip()
    if not _NAME.fullmatch(name):
        raise ResourceError(
            f"networks: invalid network name {name!r}", "write letters, digits, _ . -"
        )
    if not isinstance(options, Mapping):
        raise ResourceError(
            f"networks: {name}: expected a mapping",
            f"write {name}: {{aliases: [NAME]}}, or {name}: {{}}",
        )
    for option in options:
        if option not in _OPTIONS:
            raise ResourceError(
                f"networks: {name}: unknown option {option!r}",
                did_you_mean_or_one_of(str(option), _OPTIONS),
                place=(Key(option),),
            )
    with within("aliases"):
        aliases = tuple(sorted(set(as_list(options.get("aliases")))))
    attachment = Attachment(
        name,
        aliases,
        _address(name, "ipv4_address", options, ipaddress.IPv4Address),
        _address(name, "ipv6_address", options, ipaddress.IPv6Address),
    )
    if name in _ALONE and (attachment.aliases or attachment.fixed):
        raise ResourceError(
            f"networks: {name} is a built-in network of the engine, which does not support aliases"
            " and fixed addresses",
            "use one of your networks",
        )
    return attachment


def _address(name: str, option: str, options: Mapping[str, Any], kind: Callable[[str], Any]) -> str:
    written = text(options.get(option)).strip()
    try:
        return str(kind(written)) if written else ""
    except ValueError:
        raise ResourceError(
            f"networks: {name}: {option}: {written!r} is not a valid address",
            f"write one such as {_EXAMPLES[option]}",
            place=(option,),
        ) from None
