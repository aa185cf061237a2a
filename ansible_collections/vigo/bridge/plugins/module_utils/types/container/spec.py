# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wants of one container: attributes parsed into frozen values.

``Settings`` holds what makes the container what it is; a field that is None was not set, and is
left to the image or the engine. ``ContainerSpec`` adds how it is brought there. Texts still hold
their references to secrets.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Callable, Iterable, Iterator, Mapping

from ...common.comma_strings import as_list, as_map, text
from ...common.durations import seconds
from ...common.errors import Key, Problems, ResourceError, within
from ...common.integers import integer
from ...common.suggest import did_you_mean
from . import conflicts
from .descriptor import TYPE
from .values import (
    capabilities,
    devices,
    env_file,
    healthcheck,
    host_names,
    image_name,
    limits,
    mounts,
    namespaces,
    networks,
    paths,
    ports,
    quantities,
    restart,
    signals,
)
from .values.env_file import EnvFile
from .values.healthcheck import Healthcheck
from .values.mounts import Mount
from .values.networks import Attachment
from .values.ports import Port

_NUMBER = re.compile(r"-?[0-9]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]+")
#: Behind the names of the containers that a replacement keeps for a while.
NEW, OLD, FAILED = ".vigo-new", ".vigo-old", ".vigo-failed"

Parser = Callable[[Any, str], Any]

#: Seconds that a container may take to do its work with ``expect: exited``, as a command may.
JOB_TIMEOUT = 300.0

#: Settings of resources that hosts may be unable to limit.
LIMITS = ("memory", "memory_swap", "cpus", "cpu_shares", "pids_limit")


@dataclass(frozen=True)
class Settings:
    """Everything a container is created with, as far as it is set.

    Sizes in bytes, cpus in billionths of a CPU, stop_timeout in seconds.
    """

    image: str | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    env: Mapping[str, str] | None = None
    env_file: tuple[EnvFile, ...] | None = None
    user: str | None = None
    workdir: str | None = None
    group_add: tuple[str, ...] | None = None
    init: bool | None = None
    tty: bool | None = None
    stdin_open: bool | None = None
    stop_signal: str | None = None
    stop_timeout: int | None = None
    healthcheck: Healthcheck | None = None
    platform: str | None = None
    labels: Mapping[str, str] | None = None
    ports: tuple[Port, ...] | None = None
    volumes: tuple[Mount, ...] | None = None
    tmpfs: Mapping[str, str] | None = None
    devices: tuple[str, ...] | None = None
    networks: tuple[Attachment, ...] | None = None
    network_mode: str | None = None
    hostname: str | None = None
    domainname: str | None = None
    dns: tuple[str, ...] | None = None
    dns_search: tuple[str, ...] | None = None
    dns_opt: tuple[str, ...] | None = None
    extra_hosts: tuple[str, ...] | None = None
    restart: str | None = None
    memory: int | None = None
    memory_swap: int | None = None
    cpus: int | None = None
    cpu_shares: int | None = None
    pids_limit: int | None = None
    ulimits: Mapping[str, str] | None = None
    shm_size: int | None = None
    cap_add: tuple[str, ...] | None = None
    cap_drop: tuple[str, ...] | None = None
    privileged: bool | None = None
    read_only: bool | None = None
    security_opt: tuple[str, ...] | None = None
    sysctls: Mapping[str, str] | None = None
    ipc: str | None = None
    pid: str | None = None
    log_driver: str | None = None
    log_opts: Mapping[str, str] | None = None

    @property
    def has_limits(self) -> bool:
        return any(getattr(self, name) is not None for name in LIMITS)

    def chosen(self) -> dict[str, Any]:
        """The fields that are set, by name."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class ContainerSpec:
    """One container resource.

    health_timeout: seconds until it must be healthy, or have ended with ``expect: exited``.
    settle_time: seconds. docker_host: empty means the environment's or the
    default. keep_images: how many older images of the repository to leave; None: all. scope,
    stack_id, resource: which stack and resource made it, for its labels; may be empty.
    """

    name: str
    settings: Settings
    state: str = "running"
    pull: str = "missing"
    registry_username: str = ""
    registry_password: str = ""
    docker_host: str = ""
    create_networks: bool = True
    health_timeout: float = 60.0
    settle_time: float = 2.0
    expect: str = "running"
    renew_volumes: bool = False
    remove_volumes: bool = False
    keep_images: int | None = None
    scope: str = ""
    stack_id: str = ""
    resource: str = ""

    @property
    def image(self) -> str:
        return self.settings.image or ""

    @property
    def is_wanted(self) -> bool:
        return self.state != "absent"


def parse(attributes: Mapping[str, Any]) -> ContainerSpec:
    """Attributes as they come from a playbook or a stack. Raises ResourceError."""
    given = {name: value for name, value in attributes.items() if not _is_blank(value)}
    reading = _Reading(given)
    for name in given:
        reading.check(name, _refuse_unknown, name)
    handling = reading.parsed(_HANDLING)
    settings = reading.parsed(_SETTINGS)
    attached = [name for name in ("network", "networks") if name in given]
    if attached:
        with reading.part(*attached), within(attached[-1]):
            settings["networks"] = networks.parse(given.get("network"), given.get("networks"))
    settings = {name: value for name, value in settings.items() if _is_set(name, value)}
    if handling.get("expect") == "exited":
        handling.setdefault("health_timeout", JOB_TIMEOUT)
    container = ""
    with reading.part("container"), within("container"):
        container = _name(given.get("container"))
    spec = ContainerSpec(container, Settings(**settings), **handling)
    _check_whole(spec, reading)
    reading.problems.refuse()
    return spec


class _Reading:
    """Reads attributes one by one, and collects what is wrong with them."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.problems = Problems()
        self._given = given
        self._invalid: set[str] = set()

    @contextlib.contextmanager
    def part(self, *names: str) -> Iterator[None]:
        """Keep an error of the block, which is about these attributes."""
        before = self.problems.count
        with self.problems.collected():
            yield
        if self.problems.count > before:
            self._invalid.update(names)

    def check(self, name: str, check: Callable[..., None], *arguments: Any) -> None:
        with self.part(name), within(name):
            check(*arguments)

    def parsed(self, parsers: Mapping[str, Parser]) -> dict[str, Any]:
        """Return the values of the attributes that can be read."""
        found = {}
        for name in parsers:
            if name in self._given:
                with self.part(name):
                    found[name] = _parsed(parsers, name, self._given)
        return found

    def check_whole(self, names: Iterable[str], check: Callable[[], None]) -> None:
        """Check what depends on several attributes, where all of these can be read."""
        if self._invalid.isdisjoint(names):
            with self.problems.collected():
                check()


def _parsed(parsers: Mapping[str, Parser], name: str, given: Mapping[str, Any]) -> Any:
    with within(name):
        return parsers[name](given[name], name)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_set(name: str, value: Any) -> bool:
    """Return whether a value is set. An empty list or map is not, except as an empty command."""
    return name in ("command", "entrypoint") or value not in ((), {}, Healthcheck())


def _check_whole(spec: ContainerSpec, reading: _Reading) -> None:
    for names, check in _WHOLE:
        reading.check_whole(names, partial(check, spec))
    for names, refuse in conflicts.CONFLICTS:
        reading.check_whole(names, partial(refuse, spec.settings))


def _check_image(spec: ContainerSpec) -> None:
    if spec.is_wanted and not spec.settings.image:
        raise ResourceError(
            "image is missing; it may be left out only with state: absent", place=("image",)
        )


def _check_labels(spec: ContainerSpec) -> None:
    ours = [name for name in spec.settings.labels or {} if name.startswith("vigo.bridge.")]
    if ours:
        raise ResourceError(
            f"labels: {ours[0]} is reserved; choose another name", place=("labels", Key(ours[0]))
        )


def _check_keep_images(spec: ContainerSpec) -> None:
    if spec.keep_images is not None and spec.keep_images < 0:
        raise ResourceError(
            "keep_images: write how many older images to leave, 0 or more", place=("keep_images",)
        )


def _check_registry(spec: ContainerSpec) -> None:
    if bool(spec.registry_username) != bool(spec.registry_password):
        given = "registry_username" if spec.registry_username else "registry_password"
        raise ResourceError(
            "registry_username and registry_password must be given together", place=(given,)
        )


def _check_restart(spec: ContainerSpec) -> None:
    policy = spec.settings.restart
    if spec.expect != "exited" or policy in (None, restart.NO):
        return
    if policy.startswith("on-failure"):
        reason = "the first exit code is the result, whatever the engine would try after it"
    else:
        reason = "otherwise the engine starts the container again each time it has ended"
    raise ResourceError(
        f"expect: exited cannot be combined with restart: {policy}: {reason}; drop it",
        place=("expect",),
    )


#: What is checked, and the attributes that it depends on.
_WHOLE: tuple[tuple[tuple[str, ...], Callable[[ContainerSpec], None]], ...] = (
    (("image", "state"), _check_image),
    (("expect", "restart"), _check_restart),
    (("labels",), _check_labels),
    (("keep_images",), _check_keep_images),
    (("registry_username", "registry_password"), _check_registry),
)


def _name(value: Any) -> str:
    name = text(value).strip()
    if not _NAME.fullmatch(name):
        raise ResourceError(
            f"container: {name!r} is not a container name; write two or more letters, digits, _ . -"
        )
    if name.endswith((NEW, OLD, FAILED)):
        raise ResourceError(
            f"container: {name!r}: names that end so are kept for replacements; choose another one"
        )
    return name


def _refuse_unknown(name: str) -> None:
    if name in TYPE.options or name in ("scope", "stack_id", "resource"):
        return
    hint = did_you_mean(name, TYPE.options) or "see `ansible-doc vigo.bridge.container`"
    raise ResourceError(f"unknown attribute {name!r}; {hint}")


def _plain(value: Any, attribute: str) -> str:
    return text(value).strip()


def _map(value: Any, attribute: str) -> dict[str, str]:
    return as_map(value, attribute)


def _env(value: Any, attribute: str) -> dict[str, str]:
    variables = as_map(value, attribute)
    for name in variables:
        if not name or "=" in name or "\0" in name:
            raise ResourceError(
                f"{attribute}: invalid name {name!r}: expected NAME=VALUE", place=(Key(name),)
            )
    return variables


def _user(value: Any, attribute: str) -> str:
    """Who it is, engines look up when they start the container, after the old one was stopped."""
    written = text(value).strip()
    name, colon, group = written.partition(":")
    is_whole = bool(name) and bool(group) == bool(colon) and ":" not in group
    parts = [part for part in (name, group) if _NUMBER.fullmatch(part)]
    is_too_large = any(len(part) > 10 or not 0 <= int(part) < 1 << 31 for part in parts)
    if not is_whole or any(map(str.isspace, written)) or is_too_large:
        raise ResourceError(f"{attribute}: invalid user {written!r}: expected USER or USER:GROUP")
    return written


def _workdir(value: Any, attribute: str) -> str:
    written = text(value).strip()
    paths.absolute(written, attribute)
    return written


def _entries(value: Any, attribute: str) -> tuple[str, ...]:
    return tuple(as_list(value))


def _unordered(value: Any, attribute: str) -> tuple[str, ...]:
    return tuple(sorted(set(as_list(value))))


_SETTINGS: dict[str, Parser] = {
    "image": lambda value, attribute: str(image_name.parse(text(value))),
    "command": quantities.words,
    "entrypoint": quantities.words,
    "env": _env,
    "env_file": env_file.parse,
    "user": _user,
    "workdir": _workdir,
    "group_add": _unordered,
    "init": quantities.switch,
    "tty": quantities.switch,
    "stdin_open": quantities.switch,
    "stop_signal": signals.parse,
    "stop_timeout": limits.stop_timeout,
    "healthcheck": healthcheck.parse,
    "platform": image_name.platform,
    "labels": _map,
    "ports": lambda value, attribute: ports.parse(value),
    "volumes": lambda value, attribute: mounts.parse(value),
    "tmpfs": lambda value, attribute: mounts.parse_tmpfs(value),
    "devices": devices.parse,
    "network_mode": networks.mode,
    "hostname": host_names.name,
    "domainname": host_names.name,
    "dns": host_names.name_servers,
    "dns_search": _entries,
    "dns_opt": _entries,
    "extra_hosts": host_names.extra_hosts,
    "restart": restart.parse,
    "memory": limits.memory,
    "memory_swap": quantities.size,
    "cpus": quantities.nano_cpus,
    "cpu_shares": limits.cpu_shares,
    "pids_limit": limits.pids_limit,
    "ulimits": limits.ulimits,
    "shm_size": limits.shm_size,
    "cap_add": capabilities.parse,
    "cap_drop": capabilities.parse,
    "privileged": quantities.switch,
    "read_only": quantities.switch,
    "security_opt": _entries,
    "sysctls": namespaces.sysctls,
    "ipc": namespaces.ipc,
    "pid": namespaces.pid,
    "log_driver": _plain,
    "log_opts": _map,
}

_HANDLING: dict[str, Parser] = {
    "state": quantities.one_of("running", "stopped", "absent"),
    "pull": quantities.one_of("missing", "always", "never"),
    "registry_username": _plain,
    "registry_password": _plain,
    "docker_host": _plain,
    "create_networks": quantities.switch,
    "health_timeout": seconds,
    "settle_time": seconds,
    "expect": quantities.one_of("running", "exited"),
    "renew_volumes": quantities.switch,
    "remove_volumes": quantities.switch,
    "keep_images": integer,
    "scope": _plain,
    "stack_id": _plain,
    "resource": _plain,
}
