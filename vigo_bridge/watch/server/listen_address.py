# SPDX-License-Identifier: GPL-3.0-or-later
"""The address of ``--listen``, and the access to it."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vigo_bridge.failures import Refusal
from vigo_bridge.watch.private_text import read_private_text

_ADDRESS = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<name>[^:\[\]]*)):(?P<port>[0-9]{1,5})", re.ASCII)
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::[0-9]{1,5})?", re.ASCII)
_LOCALHOST = "localhost"
#: The shortest token; shorter ones can be guessed.
SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class ListenAddress:
    """One address and port. host: as given. family, address: as the system knows it."""

    host: str
    family: socket.AddressFamily
    address: tuple[str, int]

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(self.address[0])

    @property
    def shown(self) -> str:
        """The address for messages, such as `127.0.0.1:9117`."""
        return url_host(*self.address)


@dataclass(frozen=True)
class Access:
    """The access rules. names: the names of this machine that the Host header may have; empty if a
    token is required.
    """

    names: frozenset[str] = frozenset()
    token: str = field(default="", repr=False)

    def knows_host(self, headers: Sequence[str]) -> bool:
        """Return whether a request with these Host headers is meant for us.

        A page of another site can make a browser connect to us under a name of its own.
        """
        if self.token:
            return True  # Browsers do not send the token for other names.
        found = _HOST.fullmatch(headers[0].strip()) if len(headers) == 1 else None
        if not found:
            return False
        name = (found[1] or found[2]).lower().rstrip(".")
        return name in self.names or _is_loopback(name)

    def allows(self, authorization: str | None) -> bool:
        """Return whether the Authorization header has the token, if one is required."""
        if not self.token:
            return True
        scheme, _, value = (authorization or "").partition(" ")
        given = value.strip()
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except (binascii.Error, ValueError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())


def read_address(text: str) -> ListenAddress:
    """Return the address of `ADDR:PORT`. Raise Refusal."""
    found = _ADDRESS.fullmatch(text.strip())
    if not found or int(found["port"]) > 65535 or not (found["six"] or found["name"]):
        raise Refusal(
            f"--listen {text}: expected ADDR:PORT, such as 127.0.0.1:9117, [::1]:9117 or"
            " localhost:9117"
        )
    host = found["six"] or found["name"]
    try:
        known = socket.getaddrinfo(host, int(found["port"]), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a host name"
        raise Refusal(f"--listen {text}: cannot find the address of {host}: {reason}") from error
    # Many machines know localhost as an IPv6 address, too, which clients do not expect.
    family, _, _, _, address = min(known, key=lambda one: one[0] != socket.AF_INET)
    return ListenAddress(host, family, (str(address[0]), int(address[1])))


def read_access(address: ListenAddress, token_file: Path | None) -> Access:
    """Return the access rules of an address. Raise Refusal."""
    token = "" if token_file is None else _token(token_file)
    if not token and not address.is_loopback:
        raise Refusal(
            f"--listen {address.shown}: other machines can reach this address, so a token is"
            " required; add --token-file FILE, or listen on 127.0.0.1"
        )
    return Access(frozenset({_LOCALHOST, address.host.lower()}), token)


def url_host(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _token(path: Path) -> str:
    option = f"--token-file {path}"
    token = read_private_text(path, option).strip()
    if len(token) < SHORTEST_TOKEN or not token.isprintable() or " " in token:
        raise Refusal(
            f"{option}: expected one token of at least {SHORTEST_TOKEN} characters without spaces;"
            " `openssl rand -hex 32` prints one"
        )
    return token


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
