# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a network's addresses are assigned: subnets, gateways, ranges."""

from __future__ import annotations

import ipaddress
from typing import Any, Callable, Iterable, Mapping, Union

from ...common.comma_strings import as_list, as_map, text
from ...common.errors import Key, ResourceError, within
from ...common.suggest import did_you_mean_or_one_of

Subnet = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
_POOL = ("subnet", "gateway", "ip_range", "aux_addresses")
_WHOLE = ("driver", "options", "config")


def parse(value: Any) -> dict[str, Any]:
    """Return ``{driver, options, config: [pool, ...]}`` with only the keys that are set.

    value: such a mapping, one pool, a list of pools or of subnets, or subnets with commas between.
    Raises ResourceError.
    """
    if not isinstance(value, Mapping):
        return _pools(value, ())
    is_pool = any(key in _POOL for key in value)
    _refuse_unknown(value, _POOL if is_pool else _WHOLE)
    if is_pool:
        return _pools([value], ())
    found: dict[str, Any] = {}
    if text(value.get("driver"), "driver").strip():
        found["driver"] = text(value["driver"]).strip()
    with within("options"):
        options = as_map(value.get("options"), "options")
    if options:
        found["options"] = options
    return {**found, **_pools(value.get("config"), ("config",))}


def _pools(value: Any, place: tuple[str, ...]) -> dict[str, Any]:
    with within(*place):
        entries = value if isinstance(value, (list, tuple)) else as_list(value)
        pools = []
        for number, entry in enumerate(entries):
            with within(number):
                pools.append(_pool(entry))
        _refuse_overlaps([ipaddress.ip_network(pool["subnet"]) for pool in pools])
    pools.sort(key=lambda pool: str(pool["subnet"]))
    return {"config": pools} if pools else {}


def _pool(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        return {"subnet": str(_subnet(entry, "subnet"))}
    _refuse_unknown(entry, _POOL)
    if not text(entry.get("subnet"), "subnet").strip():
        raise ResourceError("ipam: a pool has no subnet", "add subnet:")
    subnet = _subnet(entry["subnet"], "subnet")
    pool: dict[str, Any] = {"subnet": str(subnet)}
    if text(entry.get("gateway"), "gateway").strip():
        pool["gateway"] = _address(entry["gateway"], "gateway", subnet)
    if text(entry.get("ip_range"), "ip_range").strip():
        part = _subnet(entry["ip_range"], "ip_range")
        if part.version != subnet.version or not _is_within(part, subnet):
            raise _outside(str(part), "ip_range", subnet)
        pool["ip_range"] = str(part)
    with within("aux_addresses"):
        others = as_map(entry.get("aux_addresses"), "aux_addresses")
        if others:
            pool["aux_addresses"] = {
                host: _address(address, "aux_addresses", subnet) for host, address in others.items()
            }
    return pool


def _is_within(part: Subnet, subnet: Subnet) -> bool:
    return part.network_address in subnet and part.broadcast_address in subnet


def _subnet(value: Any, key: str) -> Subnet:
    written = text(value, key).strip()
    if "/" not in written:
        raise ResourceError(
            f"ipam: {key}: {written!r} is not a subnet", "write one such as 172.30.0.0/24"
        )
    advice = "write one such as 172.30.0.0/24"
    written_one = _read(lambda: ipaddress.ip_interface(written), key, written, advice)
    subnet: Subnet = written_one.network
    if written_one.ip != subnet.network_address:
        raise ResourceError(
            f"ipam: {key}: {written!r} is an address inside of a subnet", f"write {subnet}"
        )
    return subnet


def _address(value: Any, key: str, subnet: Subnet) -> str:
    written = text(value, key).strip()
    address = _read(lambda: ipaddress.ip_address(written), key, written, "write an IP address")
    if address not in subnet:
        raise _outside(written, key, subnet)
    return str(address)


def _read(parse: Callable[[], Any], key: str, written: str, advice: str) -> Any:
    try:
        return parse()
    except ValueError:
        raise ResourceError(f"ipam: {key}: invalid value {written!r}", advice) from None


def _outside(written: str, key: str, subnet: Subnet) -> ResourceError:
    return ResourceError(f"ipam: {key}: {written} is not in the subnet {subnet}", "correct one")


def _refuse_overlaps(subnets: list[Any]) -> None:
    for number, subnet in enumerate(subnets):
        for other in subnets[:number]:
            if subnet.version == other.version and subnet.overlaps(other):
                raise ResourceError(f"ipam: the subnets {other} and {subnet} overlap", "change one")


def _refuse_unknown(given: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in given:
        if key not in known:
            raise ResourceError(
                f"ipam: unknown key {key!r}",
                did_you_mean_or_one_of(str(key), known),
                place=(Key(key),),
            )


_API = {"subnet": "Subnet", "gateway": "Gateway", "ip_range": "IPRange"}


def create(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the setting in the form of the API."""
    return {
        "Driver": value.get("driver", "default"),
        "Options": value.get("options", {}),
        "Config": [_sent(pool) for pool in value.get("config", ())],
    }


def _sent(pool: Mapping[str, Any]) -> dict[str, Any]:
    sent = {name: pool[key] for key, name in _API.items() if key in pool}
    if "aux_addresses" in pool:
        sent["AuxiliaryAddresses"] = pool["aux_addresses"]
    return sent


def read(payload: Any) -> dict[str, Any]:
    """Return the setting of an inspect payload."""
    payload = payload or {}
    pools = []
    for entry in payload.get("Config") or ():
        shown = {key: entry.get(name) for key, name in _API.items()}
        pool: dict[str, Any] = {key: _canonical(text) for key, text in shown.items() if text}
        others = entry.get("AuxiliaryAddresses") or entry.get("AuxAddress")
        if others:
            pool["aux_addresses"] = {host: _canonical(text) for host, text in others.items()}
        pools.append(pool)
    driver, options = payload.get("Driver") or "default", payload.get("Options") or {}
    return {"driver": driver, "options": options, "config": pools}


def _canonical(written: str) -> str:
    """Return an address or a subnet in its canonical spelling."""
    try:
        is_subnet = "/" in written
        return str((ipaddress.ip_network if is_subnet else ipaddress.ip_address)(written))
    except ValueError:
        return written
