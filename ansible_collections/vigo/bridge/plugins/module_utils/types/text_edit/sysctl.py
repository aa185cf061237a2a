# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A parameter of the kernel: its file in /etc/sysctl.d, and its live value."""

from __future__ import annotations

import re
from typing import Any, Mapping

from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from ...common.switches import is_on
from ..file.spec import NEW_MODE
from .edit import Edit, Reveal, is_absent, needed, one_line

FOLDER = "/etc/sysctl.d"
LIVE_FOLDER = "/proc/sys"
_PART = re.compile(r"[A-Za-z0-9_:@-][A-Za-z0-9_:@.-]*", re.ASCII)


@dataclass(frozen=True)
class Sysctl(Edit):
    """key: in sysctl's notation, with dots. persists: whether the file is managed."""

    key: str
    value: str
    persists: bool

    is_whole = True
    is_ours = True

    @property
    def mode(self) -> int:
        return NEW_MODE

    def edited(self, text: str | None, reveal: Reveal) -> str | None:
        if self.is_absent:
            return None
        return f"# Managed by vigo.bridge; changes are overwritten.\n{self.key} = {self.value}\n"

    @property
    def live_path(self) -> str:
        return f"{LIVE_FOLDER}/{'/'.join(parts_of(self.key))}"


def parts_of(key: str) -> list[str]:
    """Return the components of the path in /proc/sys. As for sysctl, a slash stands for a dot in a
    name.
    """
    found = re.search("[./]", key)
    if found and found[0] == "/":
        return key.split("/")
    return [part.replace("/", ".") for part in key.split(".")]


def parse(attributes: Mapping[str, Any]) -> Sysctl:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    absent = is_absent(attributes, problems)
    key = problems.of("key", _key, attributes) or ""
    edit = Sysctl(
        path=f"{FOLDER}/99-vigo-{key.replace('/', '-')}.conf",
        is_absent=absent,
        key=key,
        value="" if absent else problems.of("value", _value, attributes),
        persists=problems.of("persist", _persists, attributes.get("persist"), absent),
    )
    problems.refuse()
    return edit


def _key(attributes: Mapping[str, Any]) -> str:
    """Return the key in the notation with dots."""
    key = needed(attributes, "key")
    parts = parts_of(key)
    if len(parts) < 2 or not all(map(_PART.fullmatch, parts)):
        raise ResourceError(
            f"key: invalid kernel parameter {key!r}: expected a name such as net.ipv4.ip_forward"
        )
    return ".".join(part.replace(".", "/") for part in parts)


def _value(attributes: Mapping[str, Any]) -> str:
    return " ".join(one_line(needed(attributes, "value"), "value").split())


def _persists(value: Any, absent: bool) -> bool:
    return absent or value is None or is_on(value, "persist")
