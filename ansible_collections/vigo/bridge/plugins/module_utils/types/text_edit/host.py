# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line of /etc/hosts."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Mapping, Union

from ...common.comma_strings import each
from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from .edit import Edit, Reveal, is_absent, needed
from .lines import Line, joined, lines_of, with_line

PATH = "/etc/hosts"
#: A name may contain an underscore, which resolvers accept.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)
_LONGEST = 253
_BLANKS_OR_COMMA = re.compile(r"[\s,]+")

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


@dataclass(frozen=True)
class Entry:
    """One parsed line of the file. zone: of the address; comment: with its ``#``."""

    address: Address
    zone: str
    names: tuple[str, ...]
    comment: str

    @property
    def hostname(self) -> str:
        return self.names[0].lower()


@dataclass(frozen=True)
class Host(Edit):
    """The line of a name, among those of the address's family.

    address: None to remove a name with any address. aliases: None keeps the existing ones.
    """

    hostname: str
    address: Address | None
    zone: str
    aliases: tuple[str, ...] | None

    def edited(self, text: str | None, reveal: Reveal) -> str | None:
        if text is None and self.is_absent:
            return None
        lines = lines_of(text or "")
        places = [place for place, line in enumerate(lines) if self._is_meant(entry_of(line.text))]
        if self.is_absent:
            return joined(line for place, line in enumerate(lines) if place not in places)
        if not places:
            return joined(with_line(lines, len(lines), self._written(None)))
        first = places[0]
        found = entry_of(lines[first].text)
        if found is not None and not self._is_as_wanted(found):
            lines[first] = Line(self._written(found), lines[first].end)
        return joined(line for place, line in enumerate(lines) if place not in places[1:])

    def _is_meant(self, entry: Entry | None) -> bool:
        if entry is None or entry.hostname != self.hostname.lower():
            return False
        return self.address is None or self.address.version == entry.address.version

    def _is_as_wanted(self, entry: Entry) -> bool:
        return (
            (entry.address, entry.zone) == (self.address, self.zone)
            and entry.names[0] == self.hostname
            and self.aliases in (None, entry.names[1:])
        )

    def _written(self, entry: Entry | None) -> str:
        kept = entry.names[1:] if entry else ()
        names = (self.hostname, *(kept if self.aliases is None else self.aliases))
        comment = f" {entry.comment}" if entry and entry.comment else ""
        zone = f"%{self.zone}" if self.zone else ""
        return f"{self.address}{zone}\t{' '.join(names)}{comment}"


def entry_of(line: str) -> Entry | None:
    """Return the entry of a line, None if it has none."""
    content, mark, comment = line.partition("#")
    written, *names = content.split() or [""]
    try:
        address, zone = _address(written)
    except ValueError:
        return None
    return Entry(address, zone, tuple(names), mark + comment) if names else None


def parse(attributes: Mapping[str, Any]) -> Host:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    absent = is_absent(attributes, problems)
    address, zone = problems.of("ip", _ip, attributes, absent) or (None, "")
    aliases = attributes.get("aliases")
    edit = Host(
        path=PATH,
        is_absent=absent,
        hostname=problems.of("hostname", _hostname, attributes) or "",
        address=address,
        zone=zone,
        aliases=None if aliases is None else problems.of("aliases", _aliases, aliases),
    )
    problems.refuse()
    return edit


def _hostname(attributes: Mapping[str, Any]) -> str:
    return _name(needed(attributes, "hostname"), "hostname")


def _aliases(value: Any) -> tuple[str, ...]:
    return tuple(each(value, lambda entry: _name(entry, "aliases"), _BLANKS_OR_COMMA))


def _name(name: str, attribute: str) -> str:
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise ResourceError(
            f"{attribute}: invalid host name {name!r}: expected letters, digits, '-' and '_'"
            " between dots"
        )
    return name


def _ip(attributes: Mapping[str, Any], absent: bool) -> tuple[Address | None, str]:
    if absent and not attributes.get("ip"):
        return None, ""
    written = needed(attributes, "ip")
    try:
        return _address(written)
    except ValueError:
        raise ResourceError(
            f"ip: invalid IP address {written!r}: expected an address such as 192.0.2.7 or"
            " 2001:db8::7"
        ) from None


def _address(written: str) -> tuple[Address, str]:
    plain, percent, zone = written.partition("%")
    address = ipaddress.ip_address(plain)
    if percent and (address.version == 4 or not re.fullmatch(r"[A-Za-z0-9_.-]+", zone)):
        raise ValueError(written)
    return address, zone
