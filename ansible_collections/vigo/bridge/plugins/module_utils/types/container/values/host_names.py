# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses that a container sees: its own, those of name servers, further hosts."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Iterable, Mapping

from ....common.comma_strings import each, text
from ....common.errors import ResourceError, within

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Pair

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?")
_HOST_GATEWAY = "host-gateway"


def name(value: Any, attribute: str) -> str:
    """Return a host name or domain name that the kernel accepts."""
    written = text(value).strip()
    if not _NAME.fullmatch(written):
        raise ResourceError(
            f"{attribute}: invalid name {written!r}: expected up to 64 letters, digits, . - _"
        )
    return written


def name_servers(value: Any, attribute: str) -> tuple[str, ...]:
    """Return IP addresses, in their order."""
    return tuple(each(value, lambda entry: address(entry, f"{attribute}: {entry!r}")))


def extra_hosts(value: Any, attribute: str) -> tuple[str, ...]:
    """Return ``NAME:ADDRESS`` each, from a map, a list, or text with ``:`` or ``=``."""
    if not isinstance(value, Mapping):
        return tuple(sorted(set(each(value, lambda entry: _host(*_pair(entry, attribute))))))
    found = set()
    for host, written in value.items():
        with within(host):
            found.add(_host(str(host), text(written)))
    return tuple(sorted(found))


def _pair(entry: str, attribute: str) -> tuple[str, str]:
    host, separator, written = entry.partition("=" if "=" in entry else ":")
    if not separator or not written.strip() or not host.strip():
        raise ResourceError(f"{attribute}: {entry!r} is not NAME:ADDRESS")
    return host.strip(), written.strip()


def _host(host: str, written: str) -> str:
    where = f"extra_hosts: {host}"
    if not host or any(character.isspace() or character == ":" for character in host):
        raise ResourceError(f"{where}: invalid host name {host!r}: expected NAME:ADDRESS")
    found = _HOST_GATEWAY if written == _HOST_GATEWAY else address(written, where)
    return f"{host}:{found}"


def address(written: str, where: str) -> str:
    """Return an IP address in its shortest form, without brackets. Raise ResourceError."""
    bare = written[1:-1] if written[:1] + written[-1:] == "[]" else written
    plain, percent, zone = bare.partition("%")
    try:
        return f"{ipaddress.ip_address(plain)}{percent}{zone}"
    except ValueError:
        raise ResourceError(
            f"{where}: invalid IP address {written!r}: expected an address such as 192.0.2.7"
        ) from None


def short_id(observed: Observed) -> tuple[Any, ...]:
    """Return the host name that a container has by default."""
    return (observed.existing.id[:12],)


def same_domain(pair: Pair) -> bool:
    """Return whether it is the wanted domain name.

    Podman's Docker API has none, which a note says.
    """
    return pair.actual in pair.expected or (pair.podman and pair.actual is None)


def no_domain_on_podman(name: str) -> str:
    """Return the note on a domain name on Podman."""
    return "Podman's Docker API does not support domainname: it is ignored"


def servers_form(servers: Iterable[str]) -> tuple[str, ...]:
    """Return name servers in order, each in one spelling."""
    return tuple(map(_shortest, servers))


def options_form(options: Iterable[str]) -> dict[str, str]:
    """Return options of the resolver by name. It uses the last value of each."""
    return {option.partition(":")[0]: option for option in options}


def hosts_form(hosts: Iterable[str]) -> dict[Any, Any]:
    """Return names and addresses, each in one spelling."""
    pairs = (host.partition(":")[::2] for host in hosts)
    return dict.fromkeys(((name, _shortest(written)) for name, written in pairs), True)


def _shortest(written: str) -> str:
    """Return an address in its shortest form; other text as it is."""
    try:
        return address(written, "")
    except ResourceError:
        return written


def read_hosts(hosts: Any) -> tuple[str, ...]:
    """Return hosts of an inspect payload."""
    return tuple(sorted(hosts or ()))
