# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses of this machine."""

from __future__ import annotations

import array
import fcntl
import ipaddress
import os
import socket
import struct
import threading
from typing import Iterable

from .machine import read

#: Seconds that a name server may take.
LOOKUP_LIMIT = 5

#: Asks the kernel for all interfaces that have an IPv4 address.
_SIOCGIFCONF = 0x8912
#: One answer: 16 bytes of name, then a union that pointers make larger.
_ENTRY_SIZE = 16 + (24 if struct.calcsize("P") == 8 else 16)
_MOST_ENTRIES = 4096


def hostname() -> str:
    """Return the name without its domain."""
    return os.uname().nodename.partition(".")[0]


def fqdn() -> str:
    """Return the name with its domain; the host name alone if no domain is found in time."""
    found: list[str] = []
    lookup = threading.Thread(target=lambda: found.append(socket.getfqdn()), daemon=True)
    lookup.start()
    lookup.join(LOOKUP_LIMIT)
    name = found[0] if found else ""
    # A name server may return the name of the loopback address.
    return os.uname().nodename if not name or name.startswith("localhost") else name


def ip_addresses() -> list[str]:
    """Return all addresses except loopback and link-local ones: first that of the default route,
    then IPv4, then IPv6.
    """
    found = [*ipv4_addresses(_interfaces()), *ipv6_addresses(read("/proc/net/if_inet6"))]
    primary = _primary()
    return sorted(found, key=lambda address: address != primary)


def ipv4_addresses(interfaces: bytes) -> list[str]:
    """Return addresses from the kernel's list of interfaces (``struct ifreq``, one after
    another).
    """
    starts = range(0, len(interfaces) - _ENTRY_SIZE + 1, _ENTRY_SIZE)
    # After the name: family and port, two bytes each, then the address.
    return _worth_naming(socket.inet_ntoa(interfaces[at + 20 : at + 24]) for at in starts)


def ipv6_addresses(text: str) -> list[str]:
    """Return addresses from the text of /proc/net/if_inet6: 32 hexadecimal digits begin each
    line.
    """
    words = (line.split()[0] for line in text.split("\n") if line.strip())
    return _worth_naming(str(ipaddress.IPv6Address(bytes.fromhex(word))) for word in words)


def _worth_naming(addresses: Iterable[str]) -> list[str]:
    known = dict.fromkeys(map(ipaddress.ip_address, addresses))
    return [str(found) for found in known if not (found.is_loopback or found.is_link_local)]


def _interfaces() -> bytes:
    space = array.array("B", bytes(_MOST_ENTRIES * _ENTRY_SIZE))
    request = struct.pack("iP", len(space), space.buffer_info()[0])
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            answer = fcntl.ioctl(asking.fileno(), _SIOCGIFCONF, request)
    except OSError:
        return b""
    return space.tobytes()[: struct.unpack("iP", answer)[0]]


def _primary() -> str:
    """Return the source address of packets to the outside. No packet is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("192.0.2.1", 9))
            return str(asking.getsockname()[0])
    except OSError:
        return ""
