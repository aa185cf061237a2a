# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SHA-512 crypt, the form in which ``/etc/shadow`` has passwords. Pure.

Python 3.13 has no module ``crypt`` any more, and a program would show the password as an argument.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_PREFIX = "$6$"
_LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(r"\$6\$(?:rounds=([0-9]{1,9})\$)?([^$]{1,16})\$[./0-9A-Za-z]{86}")
_ROUNDS = 5000
#: The most rounds that are computed: more take too long.
_FEWEST_ROUNDS, _MOST_ROUNDS = 1000, 1_000_000
#: The order in which the bytes of the digest are written; the last one is byte 63.
_ORDER = [
    number
    for start in range(21)
    for number in ((0, 21, 42), (21, 42, 0), (42, 0, 21))[start % 3]
    for number in (number + start,)
]


def matches(password: bytes, hashed: str) -> bool:
    """Return whether this is the SHA-512 hash of a password."""
    form = _FORM.fullmatch(hashed)
    if form is None:
        return False
    rounds = int(form[1] or _ROUNDS)
    if not _FEWEST_ROUNDS <= rounds <= _MOST_ROUNDS:
        return False
    digest = _digest(password, form[2].encode("utf-8", "surrogateescape"), rounds)
    return hmac.compare_digest(digest.encode(), hashed.rpartition("$")[2].encode())


def new_hash(password: bytes) -> str:
    """Return the hash of a password with a new salt."""
    salt = "".join(secrets.choice(_LETTERS) for _place in range(16))
    return f"{_PREFIX}{salt}${_digest(password, salt.encode(), _ROUNDS)}"


def _digest(password: bytes, salt: bytes, rounds: int) -> str:
    """Follow the steps of Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512"."""
    size = len(password)
    other = hashlib.sha512(password + salt + password).digest()
    first = hashlib.sha512(password + salt + _repeated(other, size))
    bits = size
    while bits:
        first.update(other if bits & 1 else password)
        bits >>= 1
    result = first.digest()
    of_password = _repeated(hashlib.sha512(password * size).digest(), size)
    of_salt = _repeated(hashlib.sha512(salt * (16 + result[0])).digest(), len(salt))
    for number in range(rounds):
        odd = number & 1
        result = hashlib.sha512(
            (of_password if odd else result)
            + (of_salt if number % 3 else b"")
            + (of_password if number % 7 else b"")
            + (result if odd else of_password)
        ).digest()
    return _written(result)


def _repeated(digest: bytes, size: int) -> bytes:
    return (digest * (size // len(digest) + 1))[:size]


def _written(digest: bytes) -> str:
    found = []
    for place in range(0, len(_ORDER), 3):
        high, middle, low = (digest[number] for number in _ORDER[place : place + 3])
        found += _letters(high << 16 | middle << 8 | low, 4)
    return "".join([*found, *_letters(digest[63], 2)])


def _letters(value: int, count: int) -> list[str]:
    return [_LETTERS[value >> 6 * place & 63] for place in range(count)]
