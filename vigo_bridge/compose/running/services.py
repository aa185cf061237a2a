# SPDX-License-Identifier: GPL-3.0-or-later
"""A container of an engine as a service of a compose project. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Observed,
    existing_of,
    image_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import limits
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.device_requests import (  # noqa: E501
    DeviceRequest as ObservedRequest,
)
from vigo_bridge.compose.model import BLOCK_IO, BlockIo, DeviceRequest, Healthcheck, Logging
from vigo_bridge.compose.running.chosen import chosen
from vigo_bridge.compose.running.engine_state import EngineState, Payload
from vigo_bridge.compose.text import Text
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Scalar

#: Makes a field of a service from the value of a setting.
Conversion = Callable[[Any, Position], Any]


def text(value: Any, position: Position) -> Text:
    """Return a value as text without variables."""
    return Text((str(value),), position)


def _texts(value: Any, position: Position) -> tuple[Text, ...]:
    return tuple(text(item, position) for item in value)


def _words(value: Any, position: Position) -> Text | tuple[Text, ...]:
    """Return the words of a command; an empty text clears an entrypoint."""
    return Text((), position) if tuple(value) == ("",) else _texts(value, position)


def _pairs(value: Mapping[str, Any], position: Position) -> tuple[tuple[str, Text], ...]:
    return tuple((name, text(item, position)) for name, item in value.items())


def _flag(value: Any, position: Position) -> bool:
    return bool(value)


def _size(value: int, position: Position) -> Text:
    return text("-1" if value < 0 else limits.shown_size(value), position)


def _cpus(value: int, position: Position) -> Text:
    return text(f"{(Decimal(value) / 10**9).normalize():f}", position)


def _seconds(value: int, position: Position) -> Text:
    return text(f"{value}s", position)


def _hosts(value: Any, position: Position) -> tuple[tuple[str, Text], ...]:
    pairs = (host.partition(":") for host in value)
    return tuple((name, text(address, position)) for name, _colon, address in pairs)


def _ulimits(value: Mapping[str, str], position: Position) -> tuple[tuple[str, Text], ...]:
    sides = {name: limit.partition(":") for name, limit in value.items()}
    return tuple(
        (name, text(soft if soft == hard else f"{soft}:{hard}", position))
        for name, (soft, _colon, hard) in sides.items()
    )


def _tmpfs(value: Mapping[str, str], position: Position) -> tuple[Text, ...]:
    return tuple(
        text(f"{path}:{options}" if options else path, position) for path, options in value.items()
    )


def _healthcheck(value: Mapping[str, Any], position: Position) -> Healthcheck:
    test = value.get("test")
    is_shell = test is not None and test[0] == "CMD-SHELL" and len(test) == 2
    times = ("interval", "timeout", "startperiod", "startinterval")
    interval, timeout, start_period, start_interval = (
        _duration(value[name], position) if value.get(name) else None for name in times
    )
    return Healthcheck(
        None if test is None else text(test[1], position) if is_shell else _texts(test, position),
        interval,
        timeout,
        text(value["retries"], position) if value.get("retries") else None,
        start_period,
        start_interval,
        test == ("NONE",),
        position,
    )


def _duration(nanoseconds: int, position: Position) -> Text:
    milliseconds, rest = divmod(nanoseconds, 10**6)
    if rest:
        return text(f"{nanoseconds // 1000}us", position)
    seconds, rest = divmod(milliseconds, 1000)
    return text(f"{milliseconds}ms" if rest else f"{seconds}s", position)


def _requests(value: tuple[ObservedRequest, ...], position: Position) -> tuple[DeviceRequest, ...]:
    return tuple(
        DeviceRequest(
            text(request.driver, position) if request.driver else None,
            text("all" if request.count < 0 else request.count, position)
            if request.count
            else None,
            _texts(request.device_ids, position),
            tuple(_texts(group, position) for group in request.capabilities),
            _pairs(dict(request.options), position),
        )
        for request in value
    )


#: Each setting of a container: the field of a service, and how it is converted. None: handled with
#: the whole service.
FIELDS: Mapping[str, tuple[str, Conversion] | None] = {
    "image": ("image", text),
    "command": ("command", _words),
    "entrypoint": ("entrypoint", _words),
    "env": ("environment", _pairs),
    "env_file": None,
    "user": ("user", text),
    "workdir": ("working_dir", text),
    "group_add": ("group_add", _texts),
    "init": ("init", _flag),
    "tty": ("tty", _flag),
    "stdin_open": ("stdin_open", _flag),
    "stop_signal": ("stop_signal", text),
    "stop_timeout": ("stop_grace_period", _seconds),
    "healthcheck": ("healthcheck", _healthcheck),
    "platform": None,
    "labels": ("labels", _pairs),
    "ports": ("ports", _texts),
    "expose": ("expose", _texts),
    "publish_all": None,
    "volumes": None,
    # The volumes of others are among its mounts.
    "volumes_from": None,
    "tmpfs": ("tmpfs", _tmpfs),
    "devices": ("devices", _texts),
    "device_requests": ("gpus", _requests),
    "runtime": ("runtime", text),
    "device_cgroup_rules": ("device_cgroup_rules", _texts),
    "networks": None,
    "network_mode": None,
    "mac_address": ("mac_address", text),
    "hostname": ("hostname", text),
    "domainname": ("domainname", text),
    "dns": ("dns", _texts),
    "dns_search": ("dns_search", _texts),
    "dns_opt": ("dns_opt", _texts),
    "extra_hosts": ("extra_hosts", _hosts),
    "restart": ("restart", text),
    "memory": ("mem_limit", _size),
    "memory_swap": ("memswap_limit", _size),
    "memory_reservation": ("mem_reservation", _size),
    "memory_swappiness": ("mem_swappiness", text),
    "oom_kill_disable": ("oom_kill_disable", _flag),
    "oom_score_adj": ("oom_score_adj", text),
    "cpus": ("cpus", _cpus),
    "cpu_quota": ("cpu_quota", text),
    "cpu_period": ("cpu_period", text),
    "cpuset_cpus": ("cpuset", text),
    "cpuset_mems": None,
    "cpu_shares": ("cpu_shares", text),
    "pids_limit": ("pids_limit", text),
    **dict.fromkeys(("blkio_weight", *BLOCK_IO), None),
    "ulimits": ("ulimits", _ulimits),
    "shm_size": ("shm_size", _size),
    "cap_add": ("cap_add", _texts),
    "cap_drop": ("cap_drop", _texts),
    "privileged": ("privileged", _flag),
    "read_only": ("read_only", _flag),
    "security_opt": ("security_opt", _texts),
    "sysctls": ("sysctls", _pairs),
    "ipc": ("ipc", text),
    "pid": ("pid", text),
    "uts": ("uts", text),
    "userns_mode": ("userns_mode", text),
    "cgroupns": ("cgroup", text),
    "cgroup_parent": ("cgroup_parent", text),
    "log_driver": None,
    "log_opts": None,
    "annotations": ("annotations", _pairs),
    "storage_opt": ("storage_opt", _pairs),
}

#: Settings for which Compose has no key.
WITHOUT_KEYS = ("publish_all", "cpuset_mems")

#: Keys of a service that a stack cannot express: where inspect has them, and their usual values
#: besides nothing.
LOST: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "cpu_rt_period": ("HostConfig.CpuRealtimePeriod", ()),
    "cpu_rt_runtime": ("HostConfig.CpuRealtimeRuntime", ()),
}


def observed(payload: Payload, state: EngineState) -> Observed:
    """Return a container with its image, as the comparison of settings sees them."""
    return Observed(
        existing_of(payload),
        image_of(state.images.get(payload["Image"])),
        log_driver=state.info.get("LoggingDriver") or "",
        podman=state.is_podman,
    )


def fields_of(payload: Payload, state: EngineState, position: Position) -> dict[str, Any]:
    """Return the fields of the service of a container, except networks and names.

    mounts: what it mounts, as the engine has it.
    """
    values = chosen(observed(payload, state), (payload.get("Config") or {}).get("Env") or ())
    found = {
        target[0]: target[1](values[name], position)
        for name, target in FIELDS.items()
        if target is not None and name in values
    }
    if "log_driver" in values or "log_opts" in values:
        driver = values.get("log_driver")
        options = _pairs(values.get("log_opts", {}), position)
        found["logging"] = Logging(text(driver, position) if driver else None, options)
    found["mounts"] = tuple(values.get("volumes", ()))
    if values.get("cgroupns") in _usual_cgroupns(state):
        del found["cgroup"]
    found["further"] = {name: values[name] for name in WITHOUT_KEYS if name in values}
    block_io = _block_io(values, position)
    if block_io is not None:
        found["blkio_config"] = block_io
    if str(found.get("runtime")) == (state.info.get("DefaultRuntime") or "runc"):
        del found["runtime"]
    for key, (place, usual) in LOST.items():
        value = _at(payload, place)
        if value and value not in usual:
            found[key] = Scalar(str(value), str(value), position)
    return found


def _block_io(values: Mapping[str, Any], position: Position) -> BlockIo | None:
    rates = {name: _pairs(values[name], position) for name in BLOCK_IO if name in values}
    weight = values.get("blkio_weight")
    if weight is None and not rates:
        return None
    return BlockIo(None if weight is None else text(weight, position), rates)


def _usual_cgroupns(state: EngineState) -> tuple[str, ...]:
    """Return the namespaces of containers that set none; engines report them, too."""
    by_version = {"1": ("host",), "2": ("private",)}
    return by_version.get(str(state.info.get("CgroupVersion")), ("host", "private"))


def _at(payload: Payload, place: str) -> Any:
    part, _dot, name = place.partition(".")
    return (payload.get(part) or {}).get(name)
