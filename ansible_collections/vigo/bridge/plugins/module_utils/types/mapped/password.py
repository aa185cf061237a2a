# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of a user, compared with its hash and set without showing either."""

from __future__ import annotations

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...host import process, sha512_crypt
from ..ansible_module.part import Change
from ..descriptor import TIME_LIMIT
from ..target import Target

_SHADOW = "/etc/shadow"
#: The longest password that a login accepts, in bytes.
_LONGEST = 512


@dataclass(frozen=True)
class Password:
    """password: plain text, or a reference to a secret."""

    user: str
    password: str

    def look(self, target: Target) -> Change | None:
        # A locked account stays locked: its password is compared without the lock.
        hashed = _hash_of(self.user).lstrip("!")
        if sha512_crypt.matches(self._bytes(target), hashed):
            return None
        return Change("password changed")

    def apply(self, target: Target) -> None:
        lock = "!" if _is_locked(_hash_of(self.user)) else ""
        line = f"{self.user}:{lock}{sha512_crypt.new_hash(self._bytes(target))}\n"
        finished = process.run(
            ("chpasswd", "-e"),
            stdin=line.encode("utf-8", "surrogateescape"),
            timeout=TIME_LIMIT,
            secrets=target.secrets,
        )
        finished.refuse_failure("password: chpasswd", "see the log")

    def _bytes(self, target: Target) -> bytes:
        """Return the password itself. Raise ResourceError if it does not allow a login."""
        found = target.secrets.reveal(self.password).encode("utf-8", "surrogateescape")
        if not found:
            raise ResourceError("password is empty; set one")
        if len(found) > _LONGEST:
            raise ResourceError(f"password has more than {_LONGEST} bytes; use a shorter one")
        if any(byte < ord(" ") for byte in found):
            raise ResourceError(
                "password contains a line break or another control character; remove it"
            )
        return found


def _is_locked(hashed: str) -> bool:
    """Return whether an account that had a password was locked."""
    return hashed.startswith("!") and len(hashed.lstrip("!")) > 1


def _hash_of(user: str) -> str:
    """Return the password hash that the system has for a user; empty if the user does not exist."""
    with open(_SHADOW, encoding="utf-8", errors="surrogateescape") as stream:
        for line in stream:
            name, _colon, rest = line.partition(":")
            if name == user:
                return rest.partition(":")[0].rstrip("\n")
    return ""
