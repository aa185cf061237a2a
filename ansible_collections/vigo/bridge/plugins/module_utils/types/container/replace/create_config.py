# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A spec as the body of the engine's create call. Pure."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ....common.errors import ResourceError
from .. import label
from ..engine import endpoint
from ..observed import Existing, Image
from ..spec import ContainerSpec, Settings
from ..values import mounts, restart
from ..values.mounts import Mount

Reveal = Callable[[str], str]


def payload(
    spec: ContainerSpec,
    image: Image,
    file_env: Mapping[str, str],
    reveal: Reveal,
    carried: tuple[Mount, ...] = (),
    further_labels: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The body. carried: volumes of the container that this one replaces.

    Only what is set is sent, so that everything else stays the image's or the engine's.
    """
    settings = spec.settings
    body: dict[str, Any] = {
        "Image": settings.image,
        "Cmd": _revealed(settings.command, reveal),
        "Entrypoint": _entrypoint(settings, image, reveal),
        "Env": _env(settings, file_env, reveal),
        "User": settings.user,
        "WorkingDir": settings.workdir,
        "Tty": settings.tty,
        "OpenStdin": settings.stdin_open,
        "StopSignal": settings.stop_signal,
        "StopTimeout": settings.stop_timeout,
        "Hostname": settings.hostname,
        "Domainname": settings.domainname,
        "Healthcheck": settings.healthcheck
        and settings.healthcheck.merged(image.config.get("Healthcheck")),
        "Labels": {
            **(settings.labels or {}),
            **label.labels(spec, file_env),
            **(further_labels or {}),
        },
        "ExposedPorts": {port.exposed: {} for port in settings.ports or ()} or None,
        "HostConfig": _host_config(settings, carried),
        "NetworkingConfig": _first_network(settings),
    }
    return _set(body)


def carried_over(spec: ContainerSpec, old: Existing, image: Image) -> tuple[Mount, ...]:
    """The volumes of an old container that its successor must have, lest data seem lost.

    Every volume that the spec does not name, where the new image or the spec still declares its
    path; but not one that our label named and that the user has since removed.
    """
    if spec.renew_volumes:
        return ()
    wanted = {mount.target: mount for mount in spec.settings.volumes or ()}
    declared = {*image.declared_volumes, *(path for path in wanted if wanted[path].is_anonymous)}
    removed = _recorded_volumes(old)
    return tuple(
        mount
        for mount in old.volumes
        if not mount.is_bind
        and mount.target in declared
        and (mount.target not in wanted or wanted[mount.target].is_anonymous)
        and (mounts.is_anonymous_name(mount.source) or str(mount) not in removed)
    )


def _recorded_volumes(old: Existing) -> set[str]:
    """Those that the user had set when it was created. Too many to be told: none."""
    if old.recorded is None or "volumes" in old.recorded.hashed:
        return set()
    return set(old.recorded.fields.get("volumes") or ())


def _host_config(settings: Settings, carried: tuple[Mount, ...]) -> dict[str, Any]:
    replaced = {mount.target for mount in carried}
    listed = [mount for mount in settings.volumes or () if mount.target not in replaced]
    modern = [mount for mount in listed if not mount.needs_relabelling]
    return _set(
        {
            "PortBindings": _port_bindings(settings),
            "Mounts": [_mount(mount) for mount in (*modern, *carried)] or None,
            "Binds": [str(mount) for mount in listed if mount.needs_relabelling] or None,
            "Tmpfs": settings.tmpfs,
            "Devices": [_device(device) for device in settings.devices or ()] or None,
            "NetworkMode": _network_mode(settings),
            "RestartPolicy": settings.restart and restart.payload(settings.restart),
            "Memory": settings.memory,
            "MemorySwap": settings.memory_swap,
            "NanoCpus": settings.cpus,
            "CpuShares": settings.cpu_shares,
            "PidsLimit": settings.pids_limit,
            "Ulimits": [_ulimit(*limit) for limit in (settings.ulimits or {}).items()] or None,
            "ShmSize": settings.shm_size,
            "CapAdd": settings.cap_add and list(settings.cap_add),
            "CapDrop": settings.cap_drop and list(settings.cap_drop),
            "Privileged": settings.privileged,
            "ReadonlyRootfs": settings.read_only,
            "SecurityOpt": settings.security_opt and list(settings.security_opt),
            "Sysctls": settings.sysctls,
            "Init": settings.init,
            "GroupAdd": settings.group_add and list(settings.group_add),
            "Dns": settings.dns and list(settings.dns),
            "DnsSearch": settings.dns_search and list(settings.dns_search),
            "DnsOptions": settings.dns_opt and list(settings.dns_opt),
            "ExtraHosts": settings.extra_hosts and list(settings.extra_hosts),
            "LogConfig": _log_config(settings),
            "IpcMode": settings.ipc,
            "PidMode": settings.pid,
        }
    )


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _revealed(words: tuple[str, ...] | None, reveal: Reveal) -> list[str] | None:
    return None if words is None else [_value(word, reveal) for word in words]


def _entrypoint(settings: Settings, image: Image, reveal: Reveal) -> list[str] | None:
    """Engines ignore an empty list; one empty word clears the image's entrypoint.

    An empty command counts only beside an entrypoint: so the image's own is repeated there.
    """
    if settings.entrypoint == ():
        return [""]
    if settings.entrypoint is None and settings.command == ():
        return list(image.config.get("Entrypoint") or [""])
    return _revealed(settings.entrypoint, reveal)


def _env(settings: Settings, file_env: Mapping[str, str], reveal: Reveal) -> list[str] | None:
    written = {name: _value(value, reveal) for name, value in (settings.env or {}).items()}
    return [f"{name}={value}" for name, value in {**file_env, **written}.items()] or None


def _value(text: str, reveal: Reveal) -> str:
    """What a text stands for. Raises ResourceError where no engine can hand it on."""
    value = reveal(text)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ResourceError(
            f"{text!r} stands for binary data; a container can be given text without NUL"
            " characters only: put the secret into a file, and mount that"
        )
    return value


def _port_bindings(settings: Settings) -> dict[str, Any] | None:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in settings.ports or ():
        host = {"HostIp": port.address, "HostPort": "" if port.host is None else str(port.host)}
        bindings.setdefault(port.exposed, []).append(host)
    return bindings or None


def _mount(mount: Mount) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Type": "bind" if mount.is_bind else "volume",
        "Target": mount.target,
        "ReadOnly": mount.read_only,
    }
    if mount.source:
        body["Source"] = mount.source
    if mount.is_bind and mount.propagation:
        body["BindOptions"] = {"Propagation": mount.propagation}
    if not mount.is_bind and "nocopy" in mount.options:
        body["VolumeOptions"] = {"NoCopy": True}
    return body


def _device(text: str) -> dict[str, str]:
    host, inner, access = text.split(":")
    return {"PathOnHost": host, "PathInContainer": inner, "CgroupPermissions": access}


def _ulimit(name: str, limits: str) -> dict[str, Any]:
    soft, _colon, hard = limits.partition(":")
    return {"Name": name, "Soft": int(soft), "Hard": int(hard)}


def _log_config(settings: Settings) -> dict[str, Any] | None:
    if settings.log_driver is None and settings.log_opts is None:
        return None
    return {"Type": settings.log_driver or "", "Config": dict(settings.log_opts or {})}


def _network_mode(settings: Settings) -> str | None:
    return settings.networks[0].network if settings.networks else settings.network_mode


def _first_network(settings: Settings) -> dict[str, Any] | None:
    """Engines take one network at creation; further ones are connected before the start."""
    if not settings.networks:
        return None
    first = settings.networks[0]
    return {"EndpointsConfig": {first.network: endpoint(first)}}
