# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of log lines, in nanoseconds since 1970, in the form of engines. Pure."""

from __future__ import annotations

import calendar
import functools
import re
import time

SECOND = 10**9
_FORM = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")


def split_time(data: bytes) -> tuple[int | None, bytes]:
    """Return the time that a line of a log begins with, and the rest; None if it has none."""
    match = _FORM.match(data)
    if match is None:
        return None, data
    whole, fraction, zone = match.groups()
    try:
        seconds = _seconds(whole, zone)
    except ValueError:
        return None, data
    return seconds * SECOND + int((fraction or b"0").ljust(9, b"0")), data[match.end() :]


@functools.lru_cache(maxsize=256)
def _seconds(whole: bytes, zone: bytes) -> int:
    found = calendar.timegm(time.strptime(whole.decode(), "%Y-%m-%dT%H:%M:%S"))
    if zone == b"Z":
        return found
    offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return found - offset if zone[:1] == b"+" else found + offset


def parameter(nanoseconds: int) -> str:
    """Return a time as the API of engines takes it: seconds with a fraction."""
    return f"{nanoseconds // SECOND}.{nanoseconds % SECOND:09d}"


def rfc3339(nanoseconds: int) -> str:
    """Return a time as text, in UTC, with all its digits."""
    date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanoseconds // SECOND))
    return f"{date}.{nanoseconds % SECOND:09d}Z"
