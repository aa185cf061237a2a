# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container may do: capabilities, namespaces, control groups; and its log."""

from __future__ import annotations

from typing import Mapping

from ....common.comma_strings import as_map
from ....common.dataclass import dataclass
from ..setting import (
    KEYS,
    NAME,
    Engines,
    Entries,
    Needs,
    Setting,
    Single,
    as_text,
    as_tuple,
    row,
)
from ..values import (
    capabilities,
    namespaces,
    process,
    quantities,
    security,
)
from .shared import (
    ALWAYS,
    UNREPORTED,
    entries,
    plain,
)


@dataclass(frozen=True)
class Permissions:
    """What a container may do: capabilities, namespaces, control groups; and its log."""

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
            entries,
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
            compare=Entries(added_by=ALWAYS),
            shown=KEYS,
            engines=(UNREPORTED._replace(podman=f"{UNREPORTED.podman}, warning"),),
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
                UNREPORTED,
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
                UNREPORTED,
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
            engines=(UNREPORTED,),
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
            compare=Entries(added_by=ALWAYS),
            shown=KEYS,
            engines=(UNREPORTED._replace(podman=f"{UNREPORTED.podman}, warning"),),
        )
    )

    annotations: Mapping[str, str] | None = row(
        Setting(
            as_map,
            at="HostConfig.Annotations",
            read=process.read_labels,
            form=dict,
            compare=Entries(added_by=ALWAYS),
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
            ignored_with_containerd=True,
            engines=(UNREPORTED,),
        )
    )
