# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of types that edit a text file.

A row names the attributes. The file with the type's name parses them and edits the text; `edits.py`
lists these files.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType

if TYPE_CHECKING:
    from .behaviour import TextEdit
    from .edit import Edit

_STATE = Attribute("state", "str", default="present", choices=("present", "absent"))
_PATH = Attribute("target_path", "str", required=True, plain=True)
_REGION = (Attribute("region_start", "str"), Attribute("region_end", "str"))


def _behaviour(name: str) -> TextEdit:
    from .edits import behaviour_of

    return behaviour_of(BY_NAME[name])


def _parse(name: str, attributes: Mapping[str, Any]) -> Edit:
    from .edits import EDITS

    return EDITS[name](attributes)


def _row(name: str, *attributes: Attribute, **others: Any) -> ResourceType:
    """Return a type whose key is its first attribute."""
    settings = {"key": attributes[0].name, "is_predictable": True, **others}
    return ResourceType(
        name=name,
        attributes=lambda: attributes,
        behaviour=partial(_behaviour, name),
        parse=partial(_parse, name),
        **settings,
    )


TYPES = (
    _row(
        "file_line",
        _PATH,
        Attribute("line", "str", secrets=True),
        Attribute("match_pattern", "str"),
        Attribute("position", "str", default="end"),
        *_REGION,
        _STATE,
        needed_unless_absent=("line",),
    ),
    _row(
        "replace",
        _PATH,
        Attribute("match_pattern", "str", required=True),
        Attribute("replacement", "str", secrets=True),
        Attribute("occurrences", "str", default="all", choices=("all", "first")),
        *_REGION,
    ),
    _row(
        "json_file",
        _PATH,
        Attribute("key", "str", required=True),
        Attribute("value", "str", secrets=True),
        Attribute("indent", "int"),
        _STATE,
        needed_unless_absent=("value",),
    ),
    _row(
        "host",
        Attribute("hostname", "str", required=True, plain=True),
        Attribute("ip", "str", plain=True),
        Attribute("aliases"),
        _STATE,
        needed_unless_absent=("ip",),
    ),
    _row(
        "cron",
        Attribute("name", "str", required=True, plain=True),
        Attribute("command", "str"),
        Attribute("schedule", "str"),
        *(
            Attribute(field, "str", default="*")
            for field in ("minute", "hour", "day", "month", "weekday")
        ),
        Attribute("user", "str", default="root", plain=True),
        Attribute("environment", secrets=True),
        _STATE,
        needed_unless_absent=("command",),
        named_by="name",
        unique_by=("name",),
    ),
    _row(
        "sysctl",
        Attribute("key", "str", required=True, plain=True),
        Attribute("value", "str"),
        Attribute("persist", "bool", default=True),
        _STATE,
        needed_unless_absent=("value",),
        unique_by=("key",),
        # The kernel may change other parameters with this one.
        is_predictable=False,
    ),
)
BY_NAME = {kind.name: kind for kind in TYPES}
