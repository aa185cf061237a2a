# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources a container may use. Sizes in bytes, CPUs in billionths of one."""

from __future__ import annotations

from functools import partial
from typing import Any, Mapping

from ....common.dataclass import dataclass
from ..setting import (
    KEYS,
    Engines,
    Entries,
    Limit,
    Live,
    Setting,
    Single,
    as_number,
    row,
)
from ..values import (
    block_io,
    cpusets,
    limits,
    quantities,
)
from ..values import restart as _restart
from .shared import ALWAYS

_LIMITED = (
    Engines(
        "changed in place; removing `memory`, `memory_reservation`, `cpus`, `cpuset_cpus` or"
        " `cpuset_mems` recreates",
        "the same",
        "recreates",
    ),
    Engines(
        "ignored, warning",
        "ignored, warning",
        "ignored, warning",
        case="{}, if the host's control groups do not support it",
    ),
)
_DISCARDED = Engines(
    "ignored, warning", "ignored, warning", "ignored", case="{}, if the kernel does not support it"
)


def _by_device(parse: Any, place: str, field: str) -> Any:
    """Return the row of a limit for each block device. field: its name in the create call."""
    setting = Setting(
        parse,
        deep=True,
        at=f"HostConfig.{place}",
        read=partial(block_io.read, field),
        send=partial(block_io.send, field),
        form=dict,
        compare=Entries(),
        shown=KEYS,
    )
    return row(setting)


@dataclass(frozen=True)
class Limits:
    """Which resources a container may use. Sizes in bytes, CPUs in billionths of one."""

    restart: str | None = row(
        Setting(
            _restart.parse,
            at="HostConfig.RestartPolicy",
            read=_restart.read,
            send=_restart.payload,
            update=_restart.update,
            compare=Live(),
            engines=(Engines("changed in place", "changed in place", "recreates"),),
        )
    )
    memory: int | None = row(
        Setting(
            limits.memory,
            at="HostConfig.Memory",
            read=as_number,
            update=limits.update_memory,
            compare=Limit("MemoryLimit", unlimited=(0,), amount=limits.shown_size),
            engines=_LIMITED,
        )
    )
    memory_swap: int | None = row(
        Setting(
            limits.memory_swap,
            at="HostConfig.MemorySwap",
            read=as_number,
            update=limits.update_memory,
            compare=Limit("SwapLimit", unlimited=(0, -1), amount=limits.shown_size),
            on_podman=limits.no_swap_limit_on_podman,
            engines=(
                *_LIMITED,
                Engines(
                    "yes",
                    "yes",
                    "stays at twice the memory, warning",
                    case="`memory_swap: unlimited`",
                ),
            ),
        )
    )
    memory_reservation: int | None = row(
        Setting(
            limits.memory,
            at="HostConfig.MemoryReservation",
            read=as_number,
            update=limits.update_reservation,
            compare=Limit("MemoryLimit", unlimited=(0,), amount=limits.shown_size),
            engines=_LIMITED,
        )
    )
    memory_swappiness: int | None = row(
        Setting(
            limits.swappiness,
            "int",
            at="HostConfig.MemorySwappiness",
            read=limits.read_swappiness,
            form=limits.swappiness_form,
            empty_counts=True,
            compare=Single(limits.usual_swappiness, limits.same_swappiness),
            engines=(_DISCARDED,),
        )
    )
    oom_kill_disable: bool | None = row(
        Setting(
            quantities.switch,
            "bool",
            at="HostConfig.OomKillDisable",
            read=bool,
            engines=(_DISCARDED,),
        )
    )
    oom_score_adj: int | None = row(
        Setting(limits.oom_score_adj, "int", at="HostConfig.OomScoreAdj", read=as_number)
    )
    cpus: int | None = row(
        Setting(
            quantities.nano_cpus,
            at="HostConfig.NanoCpus",
            read_at="HostConfig",
            read=limits.read_cpus,
            update=limits.update_cpus,
            compare=Limit(
                "CpuCfsQuota",
                unlimited=(0,),
                amount=limits.shown_cpus,
                is_other_form=limits.is_limited_by_quota,
                recreates=limits.changes_to_cpus,
            ),
            engines=_LIMITED,
        )
    )
    cpu_quota: int | None = row(
        Setting(
            limits.cpu_quota,
            "int",
            at="HostConfig.CpuQuota",
            read_at="HostConfig",
            read=limits.read_quota,
            update=limits.update_cpu_quota,
            compare=Limit(
                "CpuCfsQuota",
                unlimited=(0, -1),
                lifts_in_place=True,
                is_other_form=limits.is_limited_by_cpus,
                recreates=limits.changes_to_quota,
            ),
            engines=_LIMITED,
        )
    )
    cpu_period: int | None = row(
        Setting(
            limits.cpu_period,
            "int",
            at="HostConfig.CpuPeriod",
            read_at="HostConfig",
            read=limits.read_period,
            update=limits.update_cpu_period,
            compare=Limit(
                "CpuCfsPeriod",
                unlimited=(0, 100000),
                lifts_in_place=True,
                is_other_form=limits.is_limited_by_cpus,
                recreates=limits.changes_to_quota,
            ),
            engines=_LIMITED,
        )
    )
    cpuset_cpus: str | None = row(
        Setting(
            cpusets.parse,
            at="HostConfig.CpusetCpus",
            read=cpusets.read,
            update=limits.update_cpuset_cpus,
            compare=Limit("CPUSet", unlimited=("",)),
            engines=_LIMITED,
        )
    )
    cpuset_mems: str | None = row(
        Setting(
            cpusets.parse,
            at="HostConfig.CpusetMems",
            read=cpusets.read,
            update=limits.update_cpuset_mems,
            compare=Limit("CPUSet", unlimited=("",)),
            engines=_LIMITED,
        )
    )
    cpu_shares: int | None = row(
        Setting(
            limits.cpu_shares,
            "int",
            at="HostConfig.CpuShares",
            read=as_number,
            update=limits.update_cpu_shares,
            compare=Limit("CPUShares", unlimited=(0, 1024), lifts_in_place=True),
            engines=_LIMITED,
        )
    )
    pids_limit: int | None = row(
        Setting(
            limits.pids_limit,
            "int",
            at="HostConfig.PidsLimit",
            read=as_number,
            update=limits.update_pids_limit,
            compare=Limit("PidsLimit", unlimited=(0, -1, 2048), lifts_in_place=True),
            engines=_LIMITED,
        )
    )
    blkio_weight: int | None = row(
        Setting(
            block_io.weight,
            "int",
            at="HostConfig.BlkioWeight",
            read=as_number,
            engines=(_DISCARDED,),
        )
    )
    blkio_weight_device: Mapping[str, int] | None = _by_device(
        block_io.weights, "BlkioWeightDevice", "Weight"
    )
    device_read_bps: Mapping[str, int] | None = _by_device(
        block_io.byte_rates, "BlkioDeviceReadBps", "Rate"
    )
    device_write_bps: Mapping[str, int] | None = _by_device(
        block_io.byte_rates, "BlkioDeviceWriteBps", "Rate"
    )
    device_read_iops: Mapping[str, int] | None = _by_device(
        block_io.operation_rates, "BlkioDeviceReadIOps", "Rate"
    )
    device_write_iops: Mapping[str, int] | None = _by_device(
        block_io.operation_rates, "BlkioDeviceWriteIOps", "Rate"
    )
    ulimits: Mapping[str, str] | None = row(
        Setting(
            limits.ulimits,
            deep=True,
            at="HostConfig.Ulimits",
            read=limits.read_ulimits,
            send=limits.send_ulimits,
            form=limits.ulimits_form,
            compare=Entries(added_by=ALWAYS),
            shown=KEYS,
        )
    )
    shm_size: int | None = row(
        Setting(
            limits.shm_size,
            at="HostConfig.ShmSize",
            read=as_number,
            compare=Single(limits.shm_sizes, limits.same_shm_size),
            engines=(Engines("64m", "64m", "62.5m, treated as 64m", case="{} not set"),),
        )
    )
