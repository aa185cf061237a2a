# SPDX-License-Identifier: GPL-3.0-or-later
"""A compose project as compose understands it: short and long forms made one.

It knows nothing of stacks. Every key of the compose specification has a field, so that the
conversion has to handle each one. A field that is None is not set. What a stack cannot express
stays a ``Value``: only its position is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vigo_bridge.compose.loading.interpolation import Environment
from vigo_bridge.compose.loading.project_files import ProjectFiles
from vigo_bridge.compose.text import Text
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Scalar, Value

#: Names with texts; None if only the name is written: then compose's own variable counts.
Pairs = tuple[tuple[str, Text | None], ...]
#: Attributes by name, with texts, truth values, lists and mappings of these in them.
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Mount:
    """options: words to append to the target, such as ro. creates_source: compose makes a missing
    folder. tmpfs: options of a tmpfs. details: options that only the long form has."""

    kind: Literal["bind", "volume", "tmpfs", "image"]
    source: Text | None
    target: Text
    options: tuple[str, ...] = ()
    creates_source: bool = False
    tmpfs: str = ""
    details: tuple[tuple[str, Text | Pairs], ...] = ()


@dataclass(frozen=True)
class Dependency:
    """condition: started, healthy or completed_successfully. restart: when the other changes."""

    service: str
    condition: str
    restart: bool
    required: bool
    position: Position


@dataclass(frozen=True)
class Attachment:
    """A service on a network, by the network's key."""

    network: str
    aliases: tuple[Text, ...]
    ipv4: Text | None
    ipv6: Text | None
    priority: int
    position: Position
    mac: Text | None = None
    link_local: tuple[Text, ...] = ()
    driver_opts: Pairs = ()
    gw_priority: Text | None = None


@dataclass(frozen=True)
class Healthcheck:
    """test: a shell line, or words of which the first is CMD, CMD-SHELL or NONE."""

    test: Text | tuple[Text, ...] | None
    interval: Text | None
    timeout: Text | None
    retries: Text | None
    start_period: Text | None
    start_interval: Text | None
    disable: bool
    position: Position


@dataclass(frozen=True)
class EnvFile:
    path: Text
    required: bool
    raw: bool


@dataclass(frozen=True)
class Grant:
    """A config or a secret in a service. mode: octal digits, or empty."""

    source: str
    target: Text | None
    uid: str
    gid: str
    mode: str
    position: Position


@dataclass(frozen=True)
class Deploy:
    """What compose uses of `deploy`."""

    replicas: int | None
    cpus: Text | None
    memory: Text | None
    pids: Text | None
    reserved_memory: Text | None
    restart: str | None
    devices: tuple[DeviceRequest, ...] = ()


#: The limits of a container for each block device, and the keys of `blkio_config` for them.
BLOCK_IO = {
    "blkio_weight_device": "weight_device",
    "device_read_bps": "device_read_bps",
    "device_write_bps": "device_write_bps",
    "device_read_iops": "device_read_iops",
    "device_write_iops": "device_write_iops",
}


@dataclass(frozen=True)
class BlockIo:
    """`blkio_config`. by_device: paths with amounts, by the attribute of a container."""

    weight: Text | None
    by_device: Mapping[str, Pairs]


@dataclass(frozen=True)
class DeviceRequest:
    """Devices of a driver. capabilities: groups, of which one is needed."""

    driver: Text | None
    count: Text | None
    device_ids: tuple[Text, ...]
    capabilities: tuple[tuple[Text, ...], ...]
    options: Pairs


@dataclass(frozen=True)
class Logging:
    driver: Text | None
    options: Pairs


@dataclass(frozen=True)
class Build:
    """How compose builds the image of a service. texts, lists, maps: its keys by their form.

    switches: the keys that are true. secrets: by their key in the project.
    """

    texts: Mapping[str, Text]
    lists: Mapping[str, tuple[Text, ...]]
    maps: Mapping[str, Pairs]
    switches: frozenset[str]
    secrets: tuple[Grant, ...]
    position: Position


@dataclass(frozen=True)
class Service:
    """One service.

    keys: the position of each key that is set. further: attributes for which Compose has no key.
    """

    name: str
    position: Position
    keys: Mapping[str, Position] = field(default_factory=dict)
    further: Settings = field(default_factory=dict)
    annotations: Pairs | None = None
    attach: Value | None = None
    blkio_config: BlockIo | None = None
    build: Build | None = None
    cap_add: tuple[Text, ...] | None = None
    cap_drop: tuple[Text, ...] | None = None
    cgroup: Text | None = None
    cgroup_parent: Text | None = None
    command: Text | tuple[Text, ...] | None = None
    configs: tuple[Grant, ...] | None = None
    container_name: Text | None = None
    cpu_count: Value | None = None
    cpu_percent: Value | None = None
    cpu_period: Text | None = None
    cpu_quota: Text | None = None
    cpu_rt_period: Value | None = None
    cpu_rt_runtime: Value | None = None
    cpu_shares: Text | None = None
    cpus: Text | None = None
    cpuset: Text | None = None
    credential_spec: Value | None = None
    depends_on: tuple[Dependency, ...] | None = None
    deploy: Deploy | None = None
    develop: Value | None = None
    device_cgroup_rules: tuple[Text, ...] | None = None
    devices: tuple[Text, ...] | None = None
    dns: tuple[Text, ...] | None = None
    dns_opt: tuple[Text, ...] | None = None
    dns_search: tuple[Text, ...] | None = None
    domainname: Text | None = None
    driver_opts: Value | None = None
    entrypoint: Text | tuple[Text, ...] | None = None
    env_file: tuple[EnvFile, ...] | None = None
    environment: Pairs | None = None
    expose: tuple[Text, ...] | None = None
    external_links: Value | None = None
    extra_hosts: tuple[tuple[str, Text], ...] | None = None
    gpus: tuple[DeviceRequest, ...] | None = None
    group_add: tuple[Text, ...] | None = None
    healthcheck: Healthcheck | None = None
    hostname: Text | None = None
    image: Text | None = None
    init: bool | None = None
    ipc: Text | None = None
    isolation: Value | None = None
    label_file: tuple[EnvFile, ...] | None = None
    labels: Pairs | None = None
    links: tuple[Text, ...] | None = None
    logging: Logging | None = None
    mac_address: Text | None = None
    mem_limit: Text | None = None
    mem_reservation: Text | None = None
    mem_swappiness: Text | None = None
    memswap_limit: Text | None = None
    models: Value | None = None
    network_mode: Text | None = None
    networks: tuple[Attachment, ...] | None = None
    oom_kill_disable: bool | None = None
    oom_score_adj: Text | None = None
    pid: Text | None = None
    pids_limit: Text | None = None
    platform: Text | None = None
    ports: tuple[Text, ...] | None = None
    post_start: Value | None = None
    pre_stop: Value | None = None
    privileged: bool | None = None
    profiles: tuple[str, ...] | None = None
    provider: Value | None = None
    pull_policy: Text | None = None
    pull_refresh_after: Value | None = None
    read_only: bool | None = None
    restart: Text | None = None
    runtime: Text | None = None
    scale: int | None = None
    secrets: tuple[Grant, ...] | None = None
    security_opt: tuple[Text, ...] | None = None
    shm_size: Text | None = None
    stdin_open: bool | None = None
    stop_grace_period: Text | None = None
    stop_signal: Text | None = None
    storage_opt: Pairs | None = None
    sysctls: Pairs | None = None
    tmpfs: tuple[Text, ...] | None = None
    tty: bool | None = None
    ulimits: tuple[tuple[str, Text], ...] | None = None
    use_api_socket: Value | None = None
    user: Text | None = None
    userns_mode: Text | None = None
    uts: Text | None = None
    volumes: tuple[Mount, ...] | None = None
    volumes_from: tuple[Text, ...] | None = None
    working_dir: Text | None = None

    @property
    def replicas(self) -> int:
        """How many containers it has."""
        of_deploy = self.deploy.replicas if self.deploy else None
        chosen = self.scale if self.scale is not None else of_deploy
        return 1 if chosen is None else chosen


@dataclass(frozen=True)
class Network:
    """settings: the attributes of a resource; none means as compose makes one by default."""

    key: str
    name: str
    external: bool
    settings: Settings
    position: Position


@dataclass(frozen=True)
class Volume:
    """settings: as of a network."""

    key: str
    name: str
    external: bool
    settings: Settings
    position: Position


@dataclass(frozen=True)
class Source:
    """Where a config or a secret comes from: one of the three, or none where it is external."""

    key: str
    file: Text | None
    content: Text | None
    environment: str | None
    position: Position


@dataclass(frozen=True)
class Project:
    """A whole project. folder: absolute. others: keys at top level that a stack cannot express.

    is_here: whether its files are on this machine.
    """

    name: str
    folder: Path
    services: Mapping[str, Service]
    networks: Mapping[str, Network]
    volumes: Mapping[str, Volume]
    configs: Mapping[str, Source]
    secrets: Mapping[str, Source]
    others: tuple[tuple[Scalar, Value], ...]
    bases: Mapping[str, Path]
    environment: Environment
    files: ProjectFiles
    is_here: bool = True
