# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of modules that depend on several attributes, and checks across attributes."""

from __future__ import annotations

from typing import Any, Mapping

from ...common.comma_strings import as_list
from ...common.errors import ResourceError, within

_BEGIN, _END = ("# BEGIN {label} - managed by vigo", "# END {label} - managed by vigo")


def block_markers(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the two lines around a block."""
    label = str(attributes["label"])
    begin, end = (
        str(attributes.get(name, default)).replace("{label}", label)
        for name, default in (("marker_begin", _BEGIN), ("marker_end", _END))
    )
    if begin == end:
        raise ResourceError("marker_end must differ from marker_begin", place=("marker_end",))
    for name, line in (("marker_begin", begin), ("marker_end", end)):
        if "\n" in line:
            raise ResourceError(f"{name} must be one line", place=(name,))
    return {"marker": "{mark}", "marker_begin": begin, "marker_end": end}


def check_block(attributes: Mapping[str, Any]) -> None:
    """Raise ResourceError for a block that contains one of its own markers: it would grow with each
    run.
    """
    marks = block_markers(attributes)
    lines = str(attributes.get("block_content", "")).split("\n")
    for mark in (marks["marker_begin"], marks["marker_end"]):
        if mark in lines:
            raise ResourceError(
                f"block_content contains the line {mark!r}, which marks the block",
                "remove the line, or set label, marker_begin or marker_end",
                place=("block_content",),
            )


def check_checkout(attributes: Mapping[str, Any]) -> None:
    """Raise ResourceError for values that Git would read as options, or reject."""
    for name in ("repo", "branch"):
        value = str(attributes.get(name, ""))
        if value.startswith("-"):
            raise ResourceError(f"{name}: {value!r} must not begin with -", place=(name,))
    if "depth" in attributes and int(attributes["depth"]) < 1:
        raise ResourceError("depth must be at least 1", place=("depth",))


def key_line(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a host's key as known_hosts has it."""
    with within("aliases"):
        aliases = [name for item in as_list(attributes.get("aliases")) for name in item.split()]
    hosts = [attributes["hostname"], *aliases]
    return {"key": f"{','.join(hosts)} {attributes['sshkey_type']} {attributes['sshkey']}"}


def device_and_type(attributes: Mapping[str, Any]) -> None:
    """Raise ResourceError if a file system to mount has no device or type."""
    for name in ("device", "fstype"):
        if attributes["state"] in ("mounted", "present") and name not in attributes:
            raise ResourceError(f"{name} is missing or empty", f"add {name}", place=(name,))


def delete(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether a firewall rule has to be deleted."""
    return {"delete": attributes["state"] == "absent"}
