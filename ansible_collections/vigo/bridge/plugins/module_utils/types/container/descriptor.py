# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container of Docker, or of Podman by its Docker API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import RESTART, Attribute, ResourceType

if TYPE_CHECKING:
    from .behaviour import Container
    from .spec import ContainerSpec


def _behaviour() -> Container:
    from .behaviour import Container

    return Container()


def _parse(attributes: Mapping[str, Any]) -> ContainerSpec:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="container",
    key="container",
    attributes=(
        # which container, from what, in what state
        Attribute("container", "str", required=True, plain=True),
        Attribute("image", "str", plain=True),
        Attribute("state", "str", default="running", choices=("running", "stopped", "absent")),
        Attribute("pull", "str", default="missing", choices=("missing", "always", "never")),
        Attribute("registry_username", "str"),
        Attribute("registry_password", "str", no_log=True, secrets=True),
        Attribute("docker_host", "str"),
        # what runs in it
        Attribute("command", secrets=True, words=True),
        Attribute("entrypoint", secrets=True, words=True),
        Attribute("env", secrets=True),
        Attribute("env_file", deep=True),
        Attribute("user", "str", plain=True),
        Attribute("workdir", "str"),
        Attribute("group_add"),
        Attribute("init", "bool"),
        Attribute("tty", "bool"),
        Attribute("stdin_open", "bool"),
        Attribute("stop_signal", "str"),
        Attribute("stop_timeout"),
        Attribute("healthcheck", deep=True),
        Attribute("platform", "str"),
        Attribute("labels"),
        # what it reaches
        Attribute("ports", plain=True),
        Attribute("volumes"),
        Attribute("tmpfs"),
        Attribute("devices"),
        Attribute("network", "str"),
        Attribute("networks", deep=True),
        Attribute("network_mode", "str"),
        Attribute("create_networks", "bool", default=True),
        Attribute("hostname", "str"),
        Attribute("domainname", "str"),
        Attribute("dns"),
        Attribute("dns_search"),
        Attribute("dns_opt"),
        Attribute("extra_hosts"),
        # what it may do and use
        Attribute("restart"),
        Attribute("memory"),
        Attribute("memory_swap"),
        Attribute("cpus"),
        Attribute("cpu_shares", "int"),
        Attribute("pids_limit", "int"),
        Attribute("ulimits", deep=True),
        Attribute("shm_size"),
        Attribute("cap_add"),
        Attribute("cap_drop"),
        Attribute("privileged", "bool"),
        Attribute("read_only", "bool"),
        Attribute("security_opt"),
        Attribute("sysctls"),
        Attribute("ipc", "str"),
        Attribute("pid", "str"),
        Attribute("log_driver", "str"),
        Attribute("log_opts"),
        # how it is brought up and taken down
        Attribute("health_timeout"),
        Attribute("settle_time"),
        Attribute("expect", "str", default="running", choices=("running", "exited")),
        Attribute("renew_volumes", "bool", default=False),
        Attribute("remove_volumes", "bool", default=False),
        Attribute("keep_images", "int"),
    ),
    behaviour=_behaviour,
    parse=_parse,
    module="vigo.bridge.container",
    needed_unless_absent=("image",),
    on_trigger=RESTART,
    former_names=("docker_container",),
    former_attributes={"environment": "env", "restart_policy": "restart"},
    unique_by=("container", "docker_host"),
    needs_engine=True,
    leaves_orphans=True,
)
