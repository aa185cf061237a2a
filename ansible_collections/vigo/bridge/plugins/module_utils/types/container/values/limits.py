# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of containers. What engines would refuse, or change without a word, is refused here."""

from __future__ import annotations

from typing import Any, Mapping

from ....common.comma_strings import as_map, text
from ....common.durations import seconds
from ....common.errors import Key, ResourceError, within
from ....common.integers import integer
from ....common.suggest import did_you_mean
from . import quantities

_LEAST_MEMORY = 6 * 1024 * 1024
_ULIMITS = (
    *("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc"),
    *("rss", "rtprio", "rttime", "sigpending", "stack"),
)


def memory(value: Any, attribute: str) -> int:
    """Return bytes; 0 for no limit. Docker requires at least 6 MiB."""
    size = quantities.size(value, attribute)
    if size and size < _LEAST_MEMORY:
        raise ResourceError(f"{attribute}: {text(value)!r} is too little: expected 6m or more")
    return size


def shm_size(value: Any, attribute: str) -> int:
    """Bytes; 0 for the engine's own size."""
    size = quantities.size(value, attribute)
    if size < 0:
        raise ResourceError(f"{attribute}: invalid size {text(value)!r}: expected 64m or similar")
    return size


def cpu_shares(value: Any, attribute: str) -> int:
    """A weight; the kernel would move others into this range."""
    shares = integer(value, attribute)
    if shares and not 2 <= shares <= 262144:
        raise ResourceError(f"{attribute}: {shares} is out of range: expected 2 to 262144")
    return shares


def pids_limit(value: Any, attribute: str) -> int:
    """The most processes; 0 or -1 for no limit."""
    limit = integer(value, attribute)
    if not -1 <= limit < 1 << 31:
        raise ResourceError(
            f"{attribute}: {limit} is out of range: expected 1 to {(1 << 31) - 1}, or -1"
        )
    return limit


def stop_timeout(value: Any, attribute: str) -> int:
    """Whole seconds, because engines count nothing smaller."""
    length = seconds(value, attribute)
    if length != int(length) or length >= 1 << 31:
        raise ResourceError(f"{attribute}: {text(value)!r}: expected whole seconds, as 10 or 1m30s")
    return int(length)


def ulimits(value: Any, attribute: str) -> dict[str, str]:
    """``SOFT:HARD`` by name, from a map of numbers or of soft and hard, or from text."""
    limits = {}
    pairs = value if isinstance(value, Mapping) else as_map(value, attribute)
    for written, limit in pairs.items():
        name = _ulimit_name(str(written), attribute)
        with within(written):
            if name in limits:
                raise ResourceError(f"{attribute}: {written} is written twice; keep one")
            limits[name] = _ulimit(limit, f"{attribute}: {written}")
    return limits


def _ulimit(limit: Any, where: str) -> str:
    soft, hard = _sides(limit, where)
    is_above = hard != -1 and (soft == -1 or soft > hard)
    if is_above or min(soft, hard) < -1 or max(soft, hard) >= 1 << 63:
        raise ResourceError(
            f"{where}: invalid limit {soft}:{hard}: expected SOFT:HARD, the soft one no higher,"
            " or -1 for no limit"
        )
    return f"{soft}:{hard}"


def _ulimit_name(written: str, attribute: str) -> str:
    name = written.strip().lower().replace("rlimit_", "")
    if name not in _ULIMITS:
        hint = did_you_mean(name, _ULIMITS) or f"known: {', '.join(_ULIMITS)}"
        raise ResourceError(
            f"{attribute}: unknown limit {written!r}; {hint}", place=(Key(written),)
        )
    return name


def _sides(limit: Any, where: str) -> tuple[int, int]:
    if isinstance(limit, Mapping):
        missing = [side for side in ("soft", "hard") if limit.get(side) is None]
        if missing or set(limit) - {"soft", "hard"}:
            raise ResourceError(f"{where}: write a number, or a map with soft and hard")
        limit = f"{limit['soft']}:{limit['hard']}"
    soft, _colon, hard = text(limit).partition(":")
    return integer(soft, where), integer(hard or soft, where)
