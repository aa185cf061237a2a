# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attribute that names files of environment variables; see ``env_file_values``."""

from __future__ import annotations

from typing import Any, Mapping

from ....common.comma_strings import as_list, text
from ....common.dataclass import dataclass
from ....common.errors import Key, ResourceError, within
from . import quantities

_FORMATS = ("compose", "raw")


@dataclass(frozen=True)
class EnvFile:
    """One file. is_raw: whether everything after the equals sign is the value."""

    path: str
    is_raw: bool = False
    is_required: bool = True

    def __str__(self) -> str:
        """Return the text that the container's label has."""
        raw, optional = " (raw)" * self.is_raw, " (optional)" * (not self.is_required)
        return self.path + raw + optional


def parse(value: Any, attribute: str) -> tuple[EnvFile, ...]:
    """Return the files that an attribute names. Raise ResourceError."""
    items = [value] if isinstance(value, Mapping) else value
    if isinstance(items, str) or not isinstance(items, (list, tuple)):
        items = as_list(items)
    found = []
    for number, item in enumerate(items):
        with within(*(() if items is not value else (number,))):
            if isinstance(item, Mapping):
                found.append(_described(item, attribute))
            elif text(item).strip():
                found.append(EnvFile(text(item).strip()))
    return tuple(found)


def _described(item: Mapping[Any, Any], attribute: str) -> EnvFile:
    for name in item:
        if name not in ("path", "format", "required"):
            raise ResourceError(
                f"{attribute}: unknown key {name!r}",
                "a file has path, format and required",
                place=(Key(name),),
            )
    path, kind = text(item.get("path")), text(item.get("format", "compose"))
    if not path:
        raise ResourceError(
            f"{attribute}: a file requires a path", "write {path: PATH, format: raw}"
        )
    if kind not in _FORMATS:
        raise ResourceError(
            f"{attribute}: format must be compose or raw, not {kind!r}", place=("format",)
        )
    with within("required"):
        required = quantities.switch(item.get("required", True), f"{attribute}: required")
    return EnvFile(path, kind == "raw", required)
