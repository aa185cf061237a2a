# SPDX-License-Identifier: GPL-3.0-or-later
"""Times on the pages: in the time zone of the watcher."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line


def local(time: str) -> str:
    """Return an RFC 3339 time for people; one that cannot be read as it is."""
    try:
        return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return one_line(time)


def zone() -> str:
    """Return the time zone of this machine, such as `UTC+02:00`."""
    offset = f"{datetime.now().astimezone():%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}" if offset.strip("+-0") else "UTC"
