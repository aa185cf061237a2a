# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of containers. Values that engines would reject or change silently are rejected here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ....common.comma_strings import as_map, text
from ....common.durations import seconds
from ....common.errors import Key, ResourceError, within
from ....common.integers import integer
from ....common.suggest import did_you_mean_or_one_of
from . import quantities

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Pair
    from ..settings import Settings

_LEAST_MEMORY = 6 * 1024 * 1024
#: The value for "no limit" of engines and the kernel: all bits set.
_ALL_BITS = (1 << 64) - 1
#: The kernel's own period, in microseconds.
_USUAL_PERIOD = 100000
#: Docker's and Podman's own size of ``/dev/shm``.
_SHM_SIZES = (67108864, 65536000)
_ULIMITS = (
    *("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc"),
    *("rss", "rtprio", "rttime", "sigpending", "stack"),
)


def memory(value: Any, attribute: str) -> int:
    """Return bytes; 0 for no limit. Docker requires at least 6 MiB."""
    size = quantities.size(value, attribute)
    if size and size < _LEAST_MEMORY:
        raise ResourceError(f"{attribute}: {text(value)!r} is too small: expected 6m or more")
    return size


def memory_swap(value: Any, attribute: str) -> int:
    """Return bytes; -1 for no limit, which is also written ``unlimited``."""
    is_lifted = text(value).strip().lower() == "unlimited"
    return -1 if is_lifted else quantities.size(value, attribute)


def swappiness(value: Any, attribute: str) -> int:
    """Return a percentage; -1 for that of the host."""
    return _within(integer(value, attribute), attribute, -1, 100)


def oom_score_adj(value: Any, attribute: str) -> int:
    """Return how likely the kernel is to kill its processes where memory is short."""
    return _within(integer(value, attribute), attribute, -1000, 1000)


def cpu_quota(value: Any, attribute: str) -> int:
    """Return microseconds of CPU time in each period; 0 or -1 for no limit."""
    quota = integer(value, attribute)
    if quota in (0, -1):
        return quota
    return _within(quota, attribute, 1000, (1 << 63) - 1, " microseconds, or -1")


def cpu_period(value: Any, attribute: str) -> int:
    """Return microseconds; 0 for the kernel's default."""
    period = integer(value, attribute)
    return period and _within(period, attribute, 1000, 1000000, " microseconds")


def _within(number: int, attribute: str, least: int, most: int, unit: str = "") -> int:
    if not least <= number <= most:
        raise ResourceError(
            f"{attribute}: {number} is out of range: expected {least} to {most}{unit}"
        )
    return number


def shm_size(value: Any, attribute: str) -> int:
    """Return bytes; 0 for the engine's default."""
    size = quantities.size(value, attribute)
    if size < 0:
        raise ResourceError(f"{attribute}: invalid size {text(value)!r}: expected 64m or similar")
    return size


def cpu_shares(value: Any, attribute: str) -> int:
    """Return a weight in the range that the kernel accepts."""
    shares = integer(value, attribute)
    if shares and not 2 <= shares <= 262144:
        raise ResourceError(f"{attribute}: {shares} is out of range: expected 2 to 262144")
    return shares


def pids_limit(value: Any, attribute: str) -> int:
    """Return the maximum number of processes; 0 or -1 for no limit."""
    limit = integer(value, attribute)
    if not -1 <= limit < 1 << 31:
        raise ResourceError(
            f"{attribute}: {limit} is out of range: expected 1 to {(1 << 31) - 1}, or -1"
        )
    return limit


def stop_timeout(value: Any, attribute: str) -> int:
    """Return whole seconds, because engines count nothing smaller."""
    length = seconds(value, attribute)
    if length != int(length):
        raise ResourceError(
            f"{attribute}: {text(value)!r}: expected whole seconds, such as 10 or 1m30s"
        )
    return int(length)


def ulimits(value: Any, attribute: str) -> dict[str, str]:
    """Return ``SOFT:HARD`` by name, from a map of numbers or of soft and hard, or from text."""
    limits = {}
    pairs = value if isinstance(value, Mapping) else as_map(value, attribute)
    for written, limit in pairs.items():
        name = _ulimit_name(str(written), attribute)
        with within(written):
            if name in limits:
                raise ResourceError(f"{attribute}: {written} is written twice", "keep one")
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
        hint = did_you_mean_or_one_of(name, _ULIMITS)
        raise ResourceError(f"{attribute}: unknown limit {written!r}", hint, place=(Key(written),))
    return name


def _sides(limit: Any, where: str) -> tuple[int, int]:
    if isinstance(limit, Mapping):
        missing = [side for side in ("soft", "hard") if limit.get(side) is None]
        if missing or set(limit) - {"soft", "hard"}:
            raise ResourceError(f"{where}: write a number, or a mapping with soft and hard")
        limit = f"{limit['soft']}:{limit['hard']}"
    soft, _colon, hard = text(limit).partition(":")
    return integer(soft, where), integer(hard or soft, where)


def read_stop_timeout(value: Any) -> int:
    """Return seconds; engines report nothing for their default."""
    return 10 if value is None else int(value)


def usual_stop_timeout(observed: Observed) -> tuple[Any, ...]:
    """Return the seconds that a container has by default."""
    return (10,)


def send_ulimits(limits: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return ulimits for the create call."""
    sides = {name: limit.partition(":") for name, limit in limits.items()}
    return [
        {"Name": name, "Soft": int(soft), "Hard": int(hard)}
        for name, (soft, _colon, hard) in sides.items()
    ]


def read_ulimits(limits: Any) -> dict[str, str]:
    """Return the ulimits of an inspect payload, by name."""
    return {
        limit["Name"].lower().replace("rlimit_", ""): f"{limit['Soft']}:{limit['Hard']}"
        for limit in limits or []
    }


def ulimits_form(limits: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return soft and hard limits by name; -1 for no limit."""
    found = {}
    for name, limit in limits.items():
        soft, _colon, hard = limit.partition(":")
        sides = (int(side) for side in (soft, hard or soft))
        short = name.lower().replace("rlimit_", "")
        found[short] = tuple(-1 if side == _ALL_BITS else side for side in sides)
    return found


def shm_sizes(observed: Observed) -> tuple[Any, ...]:
    """Return the size that a container has by default: its engine's."""
    return _SHM_SIZES


def same_shm_size(pair: Pair) -> bool:
    """Return whether it is the wanted size. On Podman, the defaults of both engines are equal."""
    is_usual = pair.podman and pair.wanted in _SHM_SIZES
    return pair.actual in (_SHM_SIZES if is_usual else pair.expected)


def read_cpus(host: Any) -> int:
    """Return billionths of CPUs; other tools set a quota for each period."""
    host = host or {}
    quota, period = host.get("CpuQuota") or 0, host.get("CpuPeriod") or 0
    if not host.get("NanoCpus") and quota > 0:
        return int(quota / (period or 100000) * 1e9)
    return host.get("NanoCpus") or 0


def read_quota(host: Any) -> int:
    """Return microseconds; Podman also reports those of ``cpus``."""
    host = host or {}
    return 0 if host.get("NanoCpus") else host.get("CpuQuota") or 0


def read_period(host: Any) -> int:
    """Return microseconds; Podman also reports those of ``cpus``."""
    host = host or {}
    return 0 if host.get("NanoCpus") else host.get("CpuPeriod") or 0


def has_quota(settings: Settings) -> bool:
    """Return whether the CPUs are limited by a quota or a period."""
    return bool(settings.cpu_quota or settings.cpu_period)


def is_limited_by_quota(wanted: Settings, actual: Settings) -> bool:
    """Return whether CPUs are compared as quota and period, not as a number of CPUs."""
    if wanted.cpus is not None:
        return False
    is_set = wanted.cpu_quota is not None or wanted.cpu_period is not None
    return is_set or has_quota(actual)


def is_limited_by_cpus(wanted: Settings, actual: Settings) -> bool:
    """Return whether CPUs are compared as a number of CPUs."""
    return not is_limited_by_quota(wanted, actual)


def changes_to_cpus(wanted: Settings, actual: Settings) -> bool:
    """Return whether a quota is replaced by a number of CPUs, which Docker's update refuses."""
    return has_quota(actual)


def changes_to_quota(wanted: Settings, actual: Settings) -> bool:
    """Return whether a number of CPUs is replaced by a quota, which Docker's update refuses."""
    return bool(actual.cpus) and not has_quota(actual)


def update_memory(settings: Settings) -> dict[str, Any]:
    """Return memory and swap together: engines refuse a memory limit above the old swap limit."""
    if settings.memory is None:
        return update_reservation(settings)
    swap = settings.memory_swap
    return {
        "Memory": settings.memory,
        "MemorySwap": settings.memory * 2 if swap is None else swap,
        **update_reservation(settings),
    }


def update_reservation(settings: Settings) -> dict[str, Any]:
    """Return the memory reservation for the update call, if there is one."""
    reservation = settings.memory_reservation
    return {"MemoryReservation": reservation} if reservation else {}


def update_cpus(settings: Settings) -> dict[str, Any]:
    """Return the CPUs for the update call."""
    return {"NanoCpus": settings.cpus}


def update_cpu_quota(settings: Settings) -> dict[str, Any]:
    """Return the quota for the update call; -1 for no limit."""
    return {"CpuQuota": settings.cpu_quota or -1}


def update_cpu_period(settings: Settings) -> dict[str, Any]:
    """Return the period for the update call; 100 ms is the default."""
    return {"CpuPeriod": settings.cpu_period or _USUAL_PERIOD}


def update_cpuset_cpus(settings: Settings) -> dict[str, Any]:
    """Return the CPUs that it may use, for the update call."""
    return {"CpusetCpus": settings.cpuset_cpus}


def update_cpuset_mems(settings: Settings) -> dict[str, Any]:
    """Return the memory nodes that it may use, for the update call."""
    return {"CpusetMems": settings.cpuset_mems}


def update_cpu_shares(settings: Settings) -> dict[str, Any]:
    """Return the CPU shares for the update call; 1024 is the default weight."""
    return {"CpuShares": settings.cpu_shares or 1024}


def update_pids_limit(settings: Settings) -> dict[str, Any]:
    """Return the limit for the update call; -1 for no limit."""
    return {"PidsLimit": settings.pids_limit or -1}


def usual_swappiness(observed: Observed) -> tuple[Any, ...]:
    """Return what a container has by default: that of its host, which Podman also reports as 0."""
    return (None, 0) if observed.podman else (None,)


def read_swappiness(value: Any) -> int:
    """Return a percentage; Docker reports nothing for that of the host."""
    return -1 if value is None else int(value)


def swappiness_form(value: int) -> int | None:
    """Return a percentage; None for that of the host."""
    return None if value == -1 else value


def same_swappiness(pair: Pair) -> bool:
    """Return whether it is as wanted. Podman reports 0 for the host's, too; the label tells."""
    is_removed = pair.wanted is None and pair.before == 0
    return pair.actual in pair.expected and not is_removed


def no_swap_limit_on_podman(swap: int) -> str:
    """Return the note on a swap limit on Podman."""
    if swap != -1:
        return ""
    return "Podman's Docker API cannot set memory_swap to unlimited: it stays at twice the memory"


def shown_cpus(cpus: int) -> str:
    """Return CPUs as text, such as ``1.5``."""
    return f"{cpus / 1e9:g}"


def shown_size(size: int) -> str:
    """Return a size as text, such as ``64m``."""
    for unit, factor in (("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)):
        if size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)
