# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything a container is created with, one row for each setting.

From its row come a setting's attribute, and how it is read, sent, compared, changed in place and
documented; ``setting`` says what a row can hold. To add a setting, add its row here, its option in
the documentation of ``vigo.bridge.container``, and its test cases; tests name what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Mapping

from ...common.comma_strings import as_list, as_map, text
from ...common.signals import parse as _signal
from ..descriptor import Attribute
from .setting import (
    KEYS,
    NAME,
    Effect,
    Engines,
    Entries,
    Limit,
    Live,
    Needs,
    Setting,
    Single,
    Words,
    as_number,
    as_set,
    as_text,
    as_tuple,
    row,
    rows,
)
from .values import (
    block_io,
    capabilities,
    cpusets,
    donors,
    host_names,
    image_name,
    limits,
    mount_support,
    mounts,
    namespaces,
    process,
    quantities,
    security,
    signals,
)
from .values import device_requests as _device_requests
from .values import devices as _devices
from .values import env_file as _env_file
from .values import healthcheck as _healthcheck
from .values import networks as _networks
from .values import ports as _ports
from .values import restart as _restart
from .values import tmpfs as _tmpfs
from .values.device_requests import DeviceRequest
from .values.env_file import EnvFile
from .values.healthcheck import Healthcheck
from .values.mount import Mount
from .values.networks import Attachment
from .values.ports import Port


def plain(value: Any, attribute: str) -> str:
    """Read one text."""
    return text(value).strip()


def _entries(value: Any, attribute: str) -> tuple[str, ...]:
    return tuple(as_list(value))


def _sorted(value: Any, attribute: str) -> tuple[str, ...]:
    return tuple(sorted(set(as_list(value))))


#: Where a container of another tool may have entries that were not set.
_ALWAYS = ("docker", "podman")
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
_ERROR_ON_PODMAN = (Engines("yes", "yes", "error"),)
_UNREPORTED = Engines(
    "compared",
    "compared",
    "not reported: assumed equal",
    case="{} of a container that another tool created",
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
class Settings:
    """The settings of one container. None: not set, and left to the image or the engine.

    Sizes in bytes, cpus in billionths of a CPU, stop_timeout in seconds.
    """

    # What runs in it
    image: str | None = row(
        Setting(
            image_name.reference,
            "str",
            at="Config.Image",
            read=image_name.read,
            plain=True,
            compare=Effect(),
            engines=(
                Engines(
                    "the registry is queried",
                    "the registry is queried",
                    "`unknown`",
                    case="a moved tag in check mode",
                ),
            ),
        )
    )
    command: tuple[str, ...] | None = row(
        Setting(
            quantities.words,
            secrets=True,
            revealed=process.revealed_words,
            words=True,
            at="Config.Cmd",
            read=as_tuple,
            create=process.create_command,
            form=tuple,
            empty_counts=True,
            compare=Words(),
            shown=NAME,
        )
    )
    entrypoint: tuple[str, ...] | None = row(
        Setting(
            quantities.words,
            secrets=True,
            revealed=process.revealed_words,
            words=True,
            at="Config.Entrypoint",
            read=process.read_entrypoint,
            create=process.create_entrypoint,
            form=tuple,
            empty_counts=True,
            compare=Words(),
            shown=NAME,
        )
    )
    env: Mapping[str, str] | None = row(
        Setting(
            process.env,
            secrets=True,
            at="Config.Env",
            read=process.read_env,
            create=process.create_env,
            form=dict,
            compare=Effect(),
        )
    )
    env_file: tuple[EnvFile, ...] | None = row(
        Setting(_env_file.parse, deep=True, read=None, compare=Effect())
    )
    user: str | None = row(
        Setting(
            process.user,
            "str",
            plain=True,
            at="Config.User",
            read=as_text,
            compare=Single(process.users),
        )
    )
    workdir: str | None = row(
        Setting(
            process.workdir,
            "str",
            at="Config.WorkingDir",
            read=as_text,
            form=process.workdir_form,
            compare=Single(process.workdirs),
        )
    )
    group_add: tuple[str, ...] | None = row(
        Setting(_sorted, at="HostConfig.GroupAdd", read=as_tuple, form=as_set, compare=Entries())
    )
    init: bool | None = row(
        Setting(
            quantities.switch,
            "bool",
            at="HostConfig.Init",
            read=bool,
            engines=(Engines("yes", "yes", "requires `catatonit` on the host"),),
        )
    )
    tty: bool | None = row(Setting(quantities.switch, "bool", at="Config.Tty", read=bool))
    stdin_open: bool | None = row(
        Setting(quantities.switch, "bool", at="Config.OpenStdin", read=bool)
    )
    stop_signal: str | None = row(
        Setting(
            _signal,
            "str",
            at="Config.StopSignal",
            read=signals.read,
            form=signals.form,
            compare=Single(signals.unset),
        )
    )
    stop_timeout: int | None = row(
        Setting(
            limits.stop_timeout,
            at="Config.StopTimeout",
            read=limits.read_stop_timeout,
            empty_counts=True,
            compare=Single(limits.usual_stop_timeout),
            engines=(
                Engines(
                    "10 s",
                    "10 s",
                    "10 s for containers that vigo.bridge creates; Podman 4.3 itself kills"
                    " immediately",
                    case="{} not set",
                ),
            ),
        )
    )
    healthcheck: Healthcheck | None = row(  # noqa: RUF009 - it returns a field
        Setting(
            _healthcheck.parse,
            secrets=True,
            revealed=_healthcheck.revealed,
            deep=True,
            at="Config.Healthcheck",
            read=_healthcheck.read,
            create=_healthcheck.create,
            form=_healthcheck.form,
            compare=Entries(
                _healthcheck.unset,
                as_one=_healthcheck.as_one,
                completed=_healthcheck.completed,
                added_by=_ALWAYS,
            ),
            shown=NAME,
            needs=Needs((1, 44), "Docker 25", part="start_interval"),
            refuse_on_podman=_healthcheck.refuse_start_interval,
            engines=(Engines("error", "yes", "error", case="{} with `start_interval`"),),
        )
    )
    platform: str | None = row(
        Setting(
            image_name.platform,
            "str",
            read=None,
            compare=Effect(),
        )
    )
    labels: Mapping[str, str] | None = row(
        Setting(
            as_map,
            at="Config.Labels",
            read=process.read_labels,
            form=dict,
            compare=Entries(process.labels, added_by=_ALWAYS),
            shown=KEYS,
        )
    )

    # What it reaches
    ports: tuple[Port, ...] | None = row(
        Setting(
            _ports.parse,
            plain=True,
            at="HostConfig.PortBindings",
            read=_ports.read,
            create=_ports.create,
            form=_ports.form,
            compare=Entries(same=_ports.same_entry, as_one=_ports.as_one),
            of_network=True,
            engines=(
                Engines(
                    "a new port after each start",
                    "the same",
                    "the port stays until the container is recreated",
                    case='`ports: "80"`, where the engine chooses the host port',
                ),
            ),
        )
    )
    expose: tuple[str, ...] | None = row(
        Setting(
            _ports.exposed,
            at="Config.ExposedPorts",
            read=_ports.read_exposed,
            create=_ports.create,
            form=as_set,
            compare=Entries(_ports.exposed_anyway, added_by=_ALWAYS),
            of_network=True,
        )
    )
    publish_all: bool | None = row(
        Setting(
            quantities.switch,
            "bool",
            at="HostConfig.PublishAllPorts",
            read=bool,
            compare=Single(same=namespaces.same_where_reported),
            of_network=True,
            engines=(_UNREPORTED,),
        )
    )
    volumes: tuple[Mount, ...] | None = row(
        Setting(
            mounts.parse,
            deep=True,
            shorthand=Attribute("mounts", deep=True),
            read_at="",
            read=mounts.read,
            create=mounts.create,
            form=mounts.form,
            compare=Entries(mounts.declared, mounts.same, added_by=_ALWAYS),
            needs=mount_support.needs,
            refuse_on_podman=mount_support.refuse_on_podman,
            engines=mount_support.ENGINES,
        )
    )
    volumes_from: tuple[str, ...] | None = row(
        Setting(
            donors.parse,
            at="HostConfig.VolumesFrom",
            read=as_tuple,
            form=tuple,
            compare=Effect(),
        )
    )
    tmpfs: Mapping[str, str] | None = row(
        Setting(
            _tmpfs.parse,
            at="HostConfig.Tmpfs",
            read_at="HostConfig",
            read=_tmpfs.read,
            form=_tmpfs.form,
            compare=Entries(same=_tmpfs.same, added_by=("podman",)),
            shown=NAME,
        )
    )
    devices: tuple[str, ...] | None = row(
        Setting(
            _devices.parse,
            read_at="HostConfig",
            read=_devices.read,
            create=_device_requests.create,
            form=_devices.form,
            compare=Entries(same=_devices.same),
            needs=_devices.needs,
            engines=(
                _UNREPORTED._replace(case=f"permissions in {_UNREPORTED.case}"),
                Engines("error", "yes, if CDI is on", "Podman 5.4", case="{} with CDI names"),
            ),
        )
    )
    device_requests: tuple[DeviceRequest, ...] | None = row(
        Setting(
            _device_requests.parse,
            deep=True,
            shorthand=Attribute("gpus", deep=True),
            at="HostConfig.DeviceRequests",
            read=_device_requests.read,
            create=_device_requests.create,
            form=_device_requests.form,
            shown=NAME,
            refuse_on_podman=_device_requests.refuse_on_podman,
            engines=(Engines("yes", "yes", "error", case="`gpus`, {}"),),
        )
    )
    runtime: str | None = row(
        Setting(
            plain,
            "str",
            at="HostConfig.Runtime",
            read=as_text,
            compare=Single(process.usual_runtimes),
            refuse_on_podman=process.refuse_runtime_on_podman,
            engines=(Engines("yes", "yes", "error"),),
        )
    )
    device_cgroup_rules: tuple[str, ...] | None = row(
        Setting(
            _devices.cgroup_rules,
            at="HostConfig.DeviceCgroupRules",
            read=as_tuple,
            form=_devices.rules_form,
            compare=Entries(),
            refuse_on_podman=_devices.refuse_rules_on_podman,
            engines=_ERROR_ON_PODMAN,
        )
    )
    networks: tuple[Attachment, ...] | None = row(
        Setting(
            _networks.parse,
            deep=True,
            shorthand=Attribute("network", "str"),
            read_at="",
            read=_networks.read,
            create=_networks.create,
            compare=Live(),
            needs=_networks.needs,
            refuse_on_podman=_networks.refuse_on_podman,
            of_network=True,
            engines=(
                Engines("error", "Docker 28", "error", case="`gw_priority` in {}"),
                Engines("yes", "yes", "error", case="`driver_opts` and `link_local_ips` in {}"),
                Engines(
                    "error", "yes", "yes", case="`mac_address` in {}, except in the first network"
                ),
                Engines(
                    "error",
                    "error",
                    "error",
                    case="fixed IP addresses in a network that is created on demand",
                ),
                Engines(
                    "changed in place",
                    "changed in place",
                    "not reported: stays",
                    case="removing a fixed IP address that was set without recreating the"
                    " container",
                ),
            ),
        )
    )
    network_mode: str | None = row(
        Setting(
            _networks.mode,
            "str",
            at="HostConfig.NetworkMode",
            read=_networks.read_mode,
            create=_networks.create,
            compare=Live(),
            of_network=True,
        )
    )
    mac_address: str | None = row(
        Setting(
            _networks.mac_address,
            "str",
            at="Config.MacAddress",
            read=_networks.read_mac,
            create=_networks.create,
            compare=Single(same=namespaces.same_where_reported),
            of_network=True,
            engines=(_UNREPORTED,),
        )
    )
    hostname: str | None = row(
        Setting(
            host_names.name,
            "str",
            at="Config.Hostname",
            read=as_text,
            compare=Single(host_names.short_id),
            of_network=True,
        )
    )
    domainname: str | None = row(
        Setting(
            host_names.name,
            "str",
            at="Config.Domainname",
            read=as_text,
            compare=Single(same=host_names.same_domain),
            of_network=True,
            on_podman=host_names.no_domain_on_podman,
            engines=(Engines("yes", "yes", "ignored, warning"),),
        )
    )
    dns: tuple[str, ...] | None = row(
        Setting(
            host_names.name_servers,
            at="HostConfig.Dns",
            read=as_tuple,
            form=host_names.servers_form,
            of_network=True,
        )
    )
    dns_search: tuple[str, ...] | None = row(
        Setting(_entries, at="HostConfig.DnsSearch", read=as_tuple, form=tuple, of_network=True)
    )
    dns_opt: tuple[str, ...] | None = row(
        Setting(
            _entries,
            at="HostConfig.DnsOptions",
            read=as_tuple,
            form=host_names.options_form,
            compare=Entries(),
            of_network=True,
        )
    )
    extra_hosts: tuple[str, ...] | None = row(
        Setting(
            host_names.extra_hosts,
            at="HostConfig.ExtraHosts",
            read=host_names.read_hosts,
            form=host_names.hosts_form,
            compare=Entries(),
            of_network=True,
        )
    )

    # What it may do and use
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
            compare=Entries(added_by=_ALWAYS),
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
    cap_add: tuple[str, ...] | None = row(
        Setting(
            capabilities.parse,
            at="HostConfig.CapAdd",
            read=capabilities.read,
            form=capabilities.form,
            compare=Entries(capabilities.added, completed=capabilities.with_usual),
        )
    )
    cap_drop: tuple[str, ...] | None = row(
        Setting(
            capabilities.parse,
            at="HostConfig.CapDrop",
            read=capabilities.read,
            form=capabilities.form,
            compare=Entries(capabilities.dropped, completed=capabilities.with_all_dropped),
        )
    )
    privileged: bool | None = row(
        Setting(quantities.switch, "bool", at="HostConfig.Privileged", read=bool)
    )
    read_only: bool | None = row(
        Setting(quantities.switch, "bool", at="HostConfig.ReadonlyRootfs", read=bool)
    )
    security_opt: tuple[str, ...] | None = row(
        Setting(
            _entries,
            at="HostConfig.SecurityOpt",
            read=as_tuple,
            form=security.form,
            compare=Entries(security.unset),
            shown=NAME,
            refuse_on_docker=security.refuse_on_docker,
        )
    )
    sysctls: Mapping[str, str] | None = row(
        Setting(
            namespaces.sysctls,
            at="HostConfig.Sysctls",
            form=dict,
            compare=Entries(added_by=_ALWAYS),
            shown=KEYS,
            engines=(_UNREPORTED._replace(podman=f"{_UNREPORTED.podman}, warning"),),
        )
    )
    ipc: str | None = row(
        Setting(
            namespaces.ipc,
            "str",
            at="HostConfig.IpcMode",
            read=as_text,
            compare=Single(namespaces.unset, namespaces.same_ipc, names_container=True),
            engines=(
                _UNREPORTED,
                Engines(
                    "same as `private`",
                    "same as `private`",
                    "same as `shareable`",
                    case="{} not set",
                ),
            ),
        )
    )
    pid: str | None = row(
        Setting(
            namespaces.pid,
            "str",
            at="HostConfig.PidMode",
            read=as_text,
            compare=Single(namespaces.unset, names_container=True),
        )
    )
    uts: str | None = row(
        Setting(
            namespaces.own,
            "str",
            choices=("private", "host"),
            at="HostConfig.UTSMode",
            read=as_text,
            send=namespaces.uts_form,
            form=namespaces.uts_form,
        )
    )
    userns_mode: str | None = row(
        Setting(
            namespaces.userns,
            "str",
            at="HostConfig.UsernsMode",
            read=as_text,
            compare=Single(same=namespaces.same_where_reported),
            refuse_on_docker=namespaces.refuse_userns_on_docker,
            engines=(
                Engines("`host`", "`host`", "`host`, `private`, `nomap`, `keep-id`, `auto`"),
                _UNREPORTED,
            ),
        )
    )
    cgroupns: str | None = row(
        Setting(
            namespaces.own,
            "str",
            choices=("private", "host"),
            at="HostConfig.CgroupnsMode",
            read=as_text,
            compare=Single(same=namespaces.same_where_reported),
            engines=(_UNREPORTED,),
        )
    )
    cgroup_parent: str | None = row(
        Setting(plain, "str", at="HostConfig.CgroupParent", read=as_text)
    )
    log_driver: str | None = row(
        Setting(
            plain,
            "str",
            at="HostConfig.LogConfig.Type",
            read=as_text,
            create=process.create_log,
            form=process.log_driver_form,
            compare=Single(process.log_drivers),
        )
    )
    log_opts: Mapping[str, str] | None = row(
        Setting(
            as_map,
            at="HostConfig.LogConfig.Config",
            create=process.create_log,
            form=dict,
            compare=Entries(added_by=_ALWAYS),
            shown=KEYS,
            engines=(_UNREPORTED._replace(podman=f"{_UNREPORTED.podman}, warning"),),
        )
    )

    annotations: Mapping[str, str] | None = row(
        Setting(
            as_map,
            at="HostConfig.Annotations",
            read=process.read_labels,
            form=dict,
            compare=Entries(added_by=_ALWAYS),
            shown=KEYS,
            needs=Needs((1, 43), "Docker 24"),
            engines=(Engines("error", "yes", "error"),),
        )
    )
    storage_opt: Mapping[str, str] | None = row(
        Setting(
            as_map,
            at="HostConfig.StorageOpt",
            read=process.read_labels,
            form=dict,
            compare=Entries(same=namespaces.same_where_reported),
            shown=KEYS,
            engines=(_UNREPORTED,),
        )
    )

    @property
    def has_limits(self) -> bool:
        return any(getattr(self, name) is not None for name in LIMITS)

    def chosen(self) -> dict[str, Any]:
        """Return the settings that are set, by name."""
        values = {name: getattr(self, name) for name in SETTINGS}
        return {name: value for name, value in values.items() if value is not None}


#: The row of each setting, by its name.
SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in rows(Settings)}
#: Limits of resources, which some hosts cannot set.
LIMITS: Mapping[str, Limit] = {
    name: setting.compare
    for name, setting in SETTINGS.items()
    if isinstance(setting.compare, Limit)
}
