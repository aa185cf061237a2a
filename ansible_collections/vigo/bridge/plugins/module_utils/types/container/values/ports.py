# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Published ports: ``[ADDRESS:][HOST_PORT:]PORT[/PROTOCOL]``, ranges included."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Iterable, Mapping

from ....common.comma_strings import each
from ....common.dataclass import dataclass
from ....common.errors import ResourceError

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Making, Pair
    from ..settings import Settings

_PORT = re.compile(
    r"(?:(?P<address>\[[0-9A-Fa-f:.]+\]|\d+\.\d+\.\d+\.\d+|):)?"
    r"(?:(?P<host>\d{1,5}(?:-\d{1,5})?|):)?"
    r"(?P<inner>\d{1,5}(?:-\d{1,5})?)"
    r"(?:/(?P<protocol>tcp|udp|sctp))?",
    re.IGNORECASE,
)
_EXPOSED = re.compile(r"(\d{1,5}(?:-\d{1,5})?)(?:/(tcp|udp|sctp))?", re.IGNORECASE)
_IPV6 = re.compile(
    r"(?P<address>[0-9a-f:]*:[0-9a-f:]*:[0-9a-f]*):(?P<rest>(?:\d[\d-]*)?:\d.*)", re.I
)
#: Addresses that mean all of their kind.
_ALL = ("", "::")


@dataclass(frozen=True, order=True)
class Port:
    """One port of the container on one port of the host.

    host: None lets the engine choose. address: empty means all addresses.
    """

    inner: int
    protocol: str = "tcp"
    host: int | None = None
    address: str = ""

    @property
    def exposed(self) -> str:
        """As engines name it: ``80/tcp``."""
        return f"{self.inner}/{self.protocol}"

    def __str__(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        front = f"{address}:" if address else ""
        host = "" if self.host is None else f"{self.host}:"
        if front and not host:
            front += ":"
        suffix = "" if self.protocol == "tcp" else f"/{self.protocol}"
        return f"{front}{host}{self.inner}{suffix}"


def parse(value: Any, attribute: str) -> tuple[Port, ...]:
    """Return all ports, ranges expanded, sorted, each once. Raise ResourceError.

    In the API a range means "pick one of these", so ranges are expanded here.
    """
    found = {port for ports in each(value, _entry) for port in ports}
    _refuse_conflicts(found)
    return tuple(sorted(found, key=_order))


def _refuse_conflicts(ports: Iterable[Port]) -> None:
    """Raise ResourceError for ports that conflict: engines report this only at the start.

    IPv4 and IPv6 addresses do not conflict.
    """
    taken: dict[tuple[Any, ...], list[Port]] = {}
    for port in sorted(ports, key=_order):
        if port.host is None:
            continue
        others = taken.setdefault((port.host, port.protocol, ":" in port.address), [])
        for other in others:
            if port.address in _ALL or other.address in _ALL or port.address == other.address:
                raise ResourceError(
                    f"ports: {other} and {port} publish the same host port", "change one"
                )
        others.append(port)


def exposed(value: Any, attribute: str) -> tuple[str, ...]:
    """Return all ports as engines name them, ``80/tcp``, ranges expanded. Raise ResourceError."""
    found = {port for ports in each(value, _exposed_entry) for port in ports}
    return tuple(port.exposed for port in sorted(found, key=_order))


def _exposed_entry(entry: str) -> list[Port]:
    match = _EXPOSED.fullmatch(entry)
    if match is None:
        raise ResourceError(
            f"expose: invalid port {entry!r}", "write a port of the container: 80, 53/udp or 80-90"
        )
    protocol = (match.group(2) or "tcp").lower()
    return [Port(port, protocol) for port in _range(match.group(1), entry, "expose")]


def read_exposed(ports: Any) -> tuple[str, ...]:
    """Return the ports of an inspect payload's ``Config.ExposedPorts``."""
    return tuple(sorted(ports or ()))


def exposed_anyway(observed: Observed) -> Mapping[str, bool]:
    """Return the ports that are exposed without being listed: the image's, and published ones."""
    of_image = observed.image_config.get("ExposedPorts") or ()
    published = (port.exposed for port in observed.existing.settings.ports or ())
    return dict.fromkeys((*of_image, *published), True)


def read(bindings: Any) -> tuple[Port, ...]:
    """Return the ports of an inspect payload's ``HostConfig.PortBindings``."""
    found = set()
    for exposed, hosts in (bindings or {}).items():
        inner, _slash, protocol = exposed.partition("/")
        for host in hosts or []:  # Podman lists those that are only exposed, too.
            address = host.get("HostIp") or ""
            number = host.get("HostPort") or ""
            found.add(
                Port(
                    int(inner),
                    protocol or "tcp",
                    int(number) if number not in ("", "0") else None,
                    "" if address == "0.0.0.0" else address,
                )
            )
    return tuple(sorted(found, key=_order))


def same(wanted: Iterable[Port], actual: Iterable[Port]) -> bool:
    """Return whether the same ports are published; a host port left to the engine matches any."""
    wanted, left = list(wanted), list(actual)
    for port in sorted(wanted, key=lambda port: port.host is None):
        match = next((other for other in left if _fits(port, other)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _fits(wanted: Port, actual: Port) -> bool:
    if wanted.host is None:
        return (wanted.inner, wanted.protocol, wanted.address) == (
            actual.inner,
            actual.protocol,
            actual.address,
        )
    return wanted == actual


def _entry(entry: str) -> list[Port]:
    match = _PORT.fullmatch(entry)
    bare = None if match else _IPV6.fullmatch(entry)
    if bare:
        raise ResourceError(
            f"ports: {entry!r}: an IPv6 address is written in brackets:"
            f" [{bare.group('address')}]:{bare.group('rest')}"
        )
    if match is None:
        raise ResourceError(
            f"ports: invalid port {entry!r}",
            "write 8080:80, 127.0.0.1:8080:80, 53:53/udp, 8000-8010:8000-8010 or 80",
        )
    inner = _range(match.group("inner"), entry)
    hosts: list[int | None] = [None] * len(inner)
    if match.group("host") and not _is_zero(match.group("host")):
        hosts = list(_range(match.group("host"), entry))
    if len(hosts) != len(inner):
        raise ResourceError(
            f"ports: the ranges in {entry!r} have different lengths",
            "write the same number of ports on both sides",
        )
    address = _address(match.group("address") or "", entry)
    protocol = (match.group("protocol") or "tcp").lower()
    return [Port(port, protocol, host, address) for port, host in zip(inner, hosts)]


def _is_zero(host: str) -> bool:
    """Return whether the engine chooses the port of the host, as it does if none is named."""
    return host.isdigit() and int(host) == 0


def _address(written: str, entry: str) -> str:
    """Return an address in its shortest form; empty for all of IPv4."""
    try:
        address = str(ipaddress.ip_address(written.strip("[]"))) if written else ""
    except ValueError:
        raise ResourceError(f"ports: {entry!r}: invalid IP address {written!r}") from None
    return "" if address == "0.0.0.0" else address


def _range(text: str, entry: str, attribute: str = "ports") -> list[int]:
    first, _dash, last = text.partition("-")
    low, high = int(first), int(last or first)
    if not 1 <= low <= high <= 65535:
        raise ResourceError(
            f"{attribute}: {entry!r}: expected ports from 1 to 65535, the lower one first"
        )
    return list(range(low, high + 1))


def _order(port: Port) -> tuple[Any, ...]:
    return (port.inner, port.protocol, port.host or 0, port.address)


def create(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the published and exposed ports for the create call."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in settings.ports or ():
        host = {"HostIp": port.address, "HostPort": "" if port.host is None else str(port.host)}
        bindings.setdefault(port.exposed, []).append(host)
    every: dict[str, Any] = {name: {} for name in (*bindings, *(settings.expose or ()))}
    return {"Config.ExposedPorts": every or None, "HostConfig.PortBindings": bindings or None}


def form(entries: Iterable[Any]) -> dict[Port, Port]:
    """Return ports as a set. A label holds them one by one, ranges expanded."""
    known = [entry if isinstance(entry, Port) else _entry_of_label(entry) for entry in entries]
    return {port: port for port in known}


def _entry_of_label(written: str) -> Port:
    return parse([written], "ports")[0]


def as_one(pair: Pair) -> bool | None:
    """Return whether the ports match as a whole.

    Podman reports a number where the host's port was left open.
    """
    if pair.podman and (not pair.is_ours or pair.wanted == pair.actual):
        return same(pair.wanted, pair.actual)
    return None


def same_entry(pair: Pair) -> bool | None:
    """Return whether a port is as wanted. None if Podman has chosen the host's port."""
    if pair.podman and (pair.wanted or pair.before).host is None:
        return None
    return pair.actual in pair.expected
