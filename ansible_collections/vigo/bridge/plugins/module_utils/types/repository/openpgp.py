# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public keys of OpenPGP: their formats and their fingerprints. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any, Iterator, Tuple

from ...common.comma_strings import each
from ...common.errors import ResourceError

_BLOCK = re.compile(
    rb"-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t]*\r?\n(.*?)\r?\n-----END PGP PUBLIC KEY BLOCK-----",
    re.DOTALL,
)
_FINGERPRINT = re.compile("[0-9A-F]{40}|[0-9A-F]{64}", re.ASCII)
_PUBLIC_KEY = 6
#: The tags of packets of a public key: signatures, subkeys, names, trust, markers and padding.
_PARTS = frozenset({2, 10, 12, 13, 14, 17, 21})
_SECRET = frozenset({5, 7})
_LINE = 64


def fingerprint(text: str) -> str:
    """Return a fingerprint in capitals, without blanks. Raise ResourceError."""
    found = re.sub(r"[\s:]|^0[xX]", "", text).upper()
    if not _FINGERPRINT.fullmatch(found):
        raise ResourceError(
            f"key_fingerprint: invalid fingerprint {text!r}",
            "write all 40 or 64 hexadecimal digits, as gpg --show-keys prints them",
        )
    return found


def fingerprints(value: Any) -> tuple[str, ...]:
    """Return fingerprints, sorted. Raise ResourceError."""
    return tuple(sorted(set(each(value, fingerprint))))


def binary(data: bytes) -> bytes:
    """Return the packets of a file with public keys, armored or not. Raise ResourceError."""
    blocks = _BLOCK.findall(data)
    packets = b"".join(map(_unarmored, blocks)) if blocks else data
    owners(packets)
    return packets


def armored(packets: bytes) -> bytes:
    """Return the text form of packets, always the same for the same packets."""
    encoded = base64.b64encode(packets).decode()
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    check = base64.b64encode(_checksum(packets).to_bytes(3, "big")).decode()
    begin, end = ("-----{0} PGP PUBLIC KEY BLOCK-----".format(word) for word in ("BEGIN", "END"))
    return "\n".join([begin, "", *lines, f"={check}", end, ""]).encode()


def owners(packets: bytes) -> tuple[str, ...]:
    """Return the fingerprints of the keys, sorted, without those of subkeys.

    Raise ResourceError if there is anything but public keys.
    """
    found = []
    for tag, body in _packets(packets):
        if tag in _SECRET:
            raise ResourceError("the file contains a private key", "export the public key")
        if tag == _PUBLIC_KEY:
            found.append(_fingerprint_of(body))
        elif tag not in _PARTS or not found:
            raise _not_a_key()
    if not found:
        raise _not_a_key()
    return tuple(sorted(set(found)))


def _unarmored(block: bytes) -> bytes:
    """Return the packets of a block: what follows its headers, without the checksum."""
    lines = block.replace(b"\r\n", b"\n").split(b"\n")
    if b"" in [line.strip() for line in lines]:
        lines = lines[[line.strip() for line in lines].index(b"") + 1 :]
    data = b"".join(line.strip() for line in lines if not line.startswith(b"="))
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        raise _not_a_key() from None


def _packets(data: bytes) -> Iterator[Tuple[int, bytes]]:
    """Yield the tag and the body of each packet."""
    place = 0
    while place < len(data):
        head = data[place]
        if not head & 0x80:
            raise _not_a_key()
        is_new = bool(head & 0x40)
        tag = head & 0x3F if is_new else (head >> 2) & 0x0F
        read = _new_length if is_new else _old_length
        start, length = read(data, place, head)
        if start + length > len(data):
            raise _not_a_key()
        yield tag, data[start : start + length]
        place = start + length


def _new_length(data: bytes, place: int, head: int) -> tuple[int, int]:
    """Return where the body begins, and its length."""
    first = data[place + 1] if place + 1 < len(data) else 255
    if first < 192:
        return place + 2, first
    if first < 224 and place + 2 < len(data):
        return place + 3, ((first - 192) << 8) + data[place + 2] + 192
    if first == 255:
        return place + 6, int.from_bytes(data[place + 2 : place + 6], "big")
    raise _not_a_key()  # Only packets of data may have partial lengths.


def _old_length(data: bytes, place: int, head: int) -> tuple[int, int]:
    """Return where the body begins, and its length."""
    size = (1, 2, 4, 0)[head & 3]
    if not size:
        raise _not_a_key()
    return place + 1 + size, int.from_bytes(data[place + 1 : place + 1 + size], "big")


def _fingerprint_of(body: bytes) -> str:
    version = body[0] if body else 0
    if version == 4:
        # The standard prescribes this hash; it protects nothing.
        head = b"\x99" + len(body).to_bytes(2, "big")
        return hashlib.sha1(head + body).hexdigest().upper()
    if version == 6:
        head = b"\x9b" + len(body).to_bytes(4, "big")
        return hashlib.sha256(head + body).hexdigest().upper()
    raise ResourceError(
        f"the key has the unsupported OpenPGP version {version}",
        "use a key of version 4 or 6",
    )


def _checksum(data: bytes) -> int:
    """Return the CRC-24 of the text form."""
    found = 0xB704CE
    for byte in data:
        found ^= byte << 16
        for _bit in range(8):
            found <<= 1
            if found & 0x1000000:
                found ^= 0x1864CFB
    return found


def _not_a_key() -> ResourceError:
    return ResourceError("the file is not an OpenPGP public key", "use the URL of the key itself")
