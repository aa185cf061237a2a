# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container reaches: ports, storage, devices and networks."""

from __future__ import annotations

from typing import Mapping

from ....common.dataclass import dataclass
from ...descriptor import Attribute
from ..setting import (
    NAME,
    Effect,
    Engines,
    Entries,
    Live,
    Setting,
    Single,
    as_set,
    as_text,
    as_tuple,
    row,
)
from ..values import device_requests as _device_requests
from ..values import devices as _devices
from ..values import (
    donors,
    host_names,
    mount_support,
    mounts,
    namespaces,
    process,
    quantities,
)
from ..values import networks as _networks
from ..values import ports as _ports
from ..values import tmpfs as _tmpfs
from ..values.device_requests import DeviceRequest
from ..values.mount import Mount
from ..values.networks import Attachment
from ..values.ports import Port
from .shared import (
    ALWAYS,
    UNREPORTED,
    entries,
    plain,
)

_ERROR_ON_PODMAN = (Engines("yes", "yes", "error"),)


@dataclass(frozen=True)
class Reach:
    """What a container reaches: ports, storage, devices and networks."""

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
            compare=Entries(_ports.exposed_anyway, added_by=ALWAYS),
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
            engines=(UNREPORTED,),
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
            compare=Entries(mounts.declared, mounts.same, added_by=ALWAYS),
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
                UNREPORTED._replace(case=f"permissions in {UNREPORTED.case}"),
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
            engines=(UNREPORTED,),
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
        Setting(entries, at="HostConfig.DnsSearch", read=as_tuple, form=tuple, of_network=True)
    )
    dns_opt: tuple[str, ...] | None = row(
        Setting(
            entries,
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
