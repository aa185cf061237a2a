# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a container, and its network mode."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Sequence

from ....common.comma_strings import as_list, as_map, each, text
from ....common.dataclass import dataclass, field
from ....common.errors import Key, ResourceError, within
from ....common.integers import integer
from ....common.suggest import did_you_mean_or_one_of
from ..setting import Needs, Version

if TYPE_CHECKING:
    from ..setting import Making
    from ..settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_EXAMPLES = {"ipv4_address": "172.20.0.5", "ipv6_address": "fd00::5"}
_OPTIONS = (
    *("aliases", "ipv4_address", "ipv6_address", "link_local_ips", "mac_address"),
    *("driver_opts", "gw_priority"),
)
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
#: The engine's own networks, which have neither aliases nor fixed addresses.
_ALONE = frozenset({"bridge", "host", "none"})
#: The name of Podman's default network.
_ON_PODMAN = "podman"
#: The API from which on each network has a MAC address; before that, the container has it.
MAC_OF_ENDPOINT = (1, 44)
#: The network mode of containers that set none.
DEFAULT = "default"
#: Network modes that are not networks.
SPECIAL_MODES = frozenset({"host", "none", "default", "bridge"})


@dataclass(frozen=True)
class Attachment:
    """A container on a network. Addresses are empty if the engine chooses.

    driver_opts: names with values. gw_priority: the network with the highest one has the gateway;
    None if it is not set.

    Only for an observed one: all addresses that it has now (current), its MAC address, fixed or not
    (current_mac), the names that every engine adds (own), and its host name, which Docker 20.10
    adds, too.
    """

    network: str
    aliases: tuple[str, ...] = ()
    ipv4: str = ""
    ipv6: str = ""
    link_local: tuple[str, ...] = ()
    mac: str = ""
    driver_opts: tuple[tuple[str, str], ...] = ()
    gw_priority: int | None = None
    current: tuple[str, ...] = field(default=(), compare=False)
    current_mac: str = field(default="", compare=False)
    own: tuple[str, ...] = field(default=(), compare=False)
    hostname: str = field(default="", compare=False)

    @property
    def fixed(self) -> frozenset[str]:
        """The addresses that were asked for."""
        return frozenset(address for address in (self.ipv4, self.ipv6) if address)

    def __str__(self) -> str:
        addresses = (self.ipv4, self.ipv6, *self.link_local, self.mac)
        details = [*self.aliases, *(item for item in addresses if item)]
        details += [f"{name}={value}" for name, value in self.driver_opts]
        details += [f"gw_priority {self.gw_priority}"] if self.gw_priority else []
        return f"{self.network} ({', '.join(details)})" if details else self.network


def parse(network: Any, networks: Any, attribute: str) -> tuple[Attachment, ...]:
    """Return ``network`` first, then ``networks``: names, or names with aliases and addresses."""
    attachments: dict[str, Attachment] = {}
    for attachment in [*_entries(network), *_entries(networks)]:
        known = attachments.get(attachment.network)
        plain = Attachment(attachment.network)
        if known in (None, plain):
            attachments[attachment.network] = attachment
        elif attachment not in (known, plain):
            raise ResourceError(f"networks: {attachment.network} is written twice", "keep one")
    for name in _ALONE.intersection(attachments):
        if len(attachments) > 1 and name != "bridge":
            raise ResourceError(f"networks: {name} cannot be combined with other networks")
    return tuple(attachments.values())


def endpoint(attachment: Attachment) -> dict[str, Any]:
    """Return an attachment for the API."""
    fixed = {
        "IPv4Address": attachment.ipv4,
        "IPv6Address": attachment.ipv6,
        "LinkLocalIPs": list(attachment.link_local),
    }
    further = {
        "MacAddress": attachment.mac,
        "DriverOpts": dict(attachment.driver_opts),
        "GwPriority": attachment.gw_priority,
    }
    return {
        "Aliases": list(attachment.aliases),
        "IPAMConfig": {key: value for key, value in fixed.items() if value},
        **{key: value for key, value in further.items() if value},
    }


def create(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the first network, and those not connected later, for the create call."""
    mac = settings.mac_address
    if not settings.networks:
        mode = settings.network_mode or DEFAULT
        ends = {"EndpointsConfig": {mode: {"MacAddress": mac}}} if mac else None
        return {"HostConfig.NetworkMode": settings.network_mode, "NetworkingConfig": ends}
    first = settings.networks[0].network
    later = connected_later(settings.networks, podman=False)
    at_once = {item.network: endpoint(item) for item in settings.networks if item not in later}
    if mac:
        at_once[first]["MacAddress"] = mac
    return {
        "HostConfig.NetworkMode": first,
        "NetworkingConfig": {"EndpointsConfig": at_once},
    }


def connected_later(attachments: Sequence[Attachment], podman: bool) -> tuple[Attachment, ...]:
    """Return the networks that a container is connected to after it was created.

    Docker 28 ignores the MAC address in the call that connects a network.
    """
    return tuple(item for item in attachments[1:] if podman or not item.mac)


def needs(attachments: Iterable[Attachment], podman: Version | None) -> Iterator[Needs]:
    """Yield the versions of the API that networks need."""
    for number, item in enumerate(attachments):
        where = f"networks: {item.network}:"
        if item.gw_priority is not None:
            yield Needs((1, 48), "Docker 28", what=f"{where} gw_priority")
        if item.mac and number and not podman:
            yield Needs(MAC_OF_ENDPOINT, "Docker 25", what=f"{where} mac_address")


def refuse_on_podman(attachments: Iterable[Attachment]) -> None:
    """Raise ResourceError for options that Podman's Docker API ignores."""
    for item in attachments:
        for option in ("link_local_ips", "driver_opts"):
            if item.link_local if option == "link_local_ips" else item.driver_opts:
                raise ResourceError(
                    f"networks: {item.network}: {option} is not supported by Podman's Docker API,"
                    " which ignores it",
                    "remove it",
                )


def with_mac(
    payload: Mapping[str, Any], api_version: tuple[int, int], podman: bool
) -> Mapping[str, Any]:
    """Return the body of the create call with the MAC address where the engine reads it.

    Docker before API 1.44 reads that of the container, all others that of the network. Podman's
    default network has a name of its own, and its further networks are connected later.
    """
    ends = (payload.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    macs = [end["MacAddress"] for end in ends.values() if end.get("MacAddress")]
    if not macs:
        return payload
    if podman:
        own = ("bridge", DEFAULT)
        first = list(ends.items())[:1]
        named = {_ON_PODMAN if name in own else name: end for name, end in first}
        return {**payload, "NetworkingConfig": {"EndpointsConfig": named}}
    if api_version >= MAC_OF_ENDPOINT:
        return payload
    left = {
        name: {key: value for key, value in end.items() if key != "MacAddress"}
        for name, end in ends.items()
        if name != DEFAULT
    }
    return {
        **payload,
        "MacAddress": macs[0],
        "NetworkingConfig": {"EndpointsConfig": left},
    }


def mac_address(value: Any, attribute: str) -> str:
    """Return a MAC address in its usual form: ``02:42:ac:11:00:02``."""
    written = text(value).strip().lower().replace("-", ":")
    if not _MAC.fullmatch(written):
        raise ResourceError(
            f"{attribute}: {text(value)!r} is not a MAC address", "write 02:42:ac:11:00:02"
        )
    if int(written[:2], 16) & 1:
        raise ResourceError(
            f"{attribute}: {written} is the address of a group",
            "choose one whose second digit is even, such as 02:42:ac:11:00:02",
        )
    return written


def read_mac(value: Any) -> str:
    """Return a MAC address of an inspect payload; empty if the engine has chosen it."""
    return (value or "").lower()


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
                tuple(sorted(fixed.get("LinkLocalIPs") or ())),
                driver_opts=tuple(sorted((endpoint.get("DriverOpts") or {}).items())),
                gw_priority=endpoint.get("GwPriority") or None,
                current=tuple(address for address in current if address),
                current_mac=read_mac(endpoint.get("MacAddress")),
                own=own,
                hostname=hostname,
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
    if missing or (exactly and further) or not _same_options(actual, wanted, exactly):
        return False
    if podman:
        return wanted.fixed <= set(actual.current) or not actual.current
    return wanted.fixed == actual.fixed if exactly else wanted.fixed <= actual.fixed


def _same_options(actual: Attachment, wanted: Attachment, exactly: bool) -> bool:
    """Return whether everything besides names and fixed addresses is as the user set it.

    A MAC address is not reported of a stopped container.
    """
    if wanted.mac and actual.current_mac not in ("", wanted.mac):
        return False
    options = (actual.link_local, actual.driver_opts, actual.gw_priority or 0)
    if exactly:
        return options == (wanted.link_local, wanted.driver_opts, wanted.gw_priority or 0)
    return (
        set(wanted.link_local) <= set(actual.link_local)
        and set(wanted.driver_opts) <= set(actual.driver_opts)
        and wanted.gw_priority in (None, actual.gw_priority or 0)
    )


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
    if "name" not in item:
        raise ResourceError("networks: a network needs a name", "set name")
    options = {name: option for name, option in item.items() if name != "name"}
    return _attachment(item["name"], options)


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
        *_further(name, options),
    )
    if name in _ALONE and (attachment.aliases or attachment.fixed or attachment.link_local):
        raise ResourceError(
            f"networks: {name} is a built-in network of the engine, which does not support aliases"
            " and fixed addresses",
            "use one of your networks",
        )
    return attachment


def _further(name: str, options: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the link-local addresses, the MAC address, the driver's options and the priority."""
    where = f"networks: {name}"
    with within("link_local_ips"):
        local = each(options.get("link_local_ips"), lambda entry: _link_local(entry, where))
    mac, priority = options.get("mac_address"), options.get("gw_priority")
    with within("mac_address"):
        found = mac_address(mac, f"{where}: mac_address") if text(mac).strip() else ""
    with within("driver_opts"):
        opts = as_map(options.get("driver_opts"), f"{where}: driver_opts")
    with within("gw_priority"):
        number = integer(priority, f"{where}: gw_priority") if text(priority).strip() else None
    return tuple(sorted(set(local))), found, tuple(sorted(opts.items())), number


def _link_local(written: str, where: str) -> str:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        address = None
    if address is None or not address.is_link_local:
        raise ResourceError(
            f"{where}: link_local_ips: {written!r} is not a link-local address",
            "write one such as 169.254.8.8",
        )
    return str(address)


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
