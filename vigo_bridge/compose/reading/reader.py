# SPDX-License-Identifier: GPL-3.0-or-later
"""A loaded project as a model: one reader for each key of the specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from vigo_bridge.compose.findings import Errors, Findings
from vigo_bridge.compose.loading.loader import Loaded, get
from vigo_bridge.compose.loading.scalar_places import with_taken_scalars
from vigo_bridge.compose.model import (
    BLOCK_IO,
    Attachment,
    BlockIo,
    Dependency,
    Deploy,
    DeviceRequest,
    EnvFile,
    Grant,
    Healthcheck,
    Logging,
    Project,
    Service,
)
from vigo_bridge.compose.reading import shapes
from vigo_bridge.compose.reading.build import read_build
from vigo_bridge.compose.reading.devices import read_devices, read_gpus, read_requests
from vigo_bridge.compose.reading.sections import read_network, read_source, read_volume
from vigo_bridge.compose.reading.storage import read_mount, read_port
from vigo_bridge.compose.text import Text, joined
from vigo_bridge.language.values import Fields, Items, Scalar, Value

_Read = TypeVar("_Read")
_NOT_KEYS = ("name", "position", "keys", "further")
#: Every key of a service.
KEYS = tuple(item.name for item in fields(Service) if item.name not in _NOT_KEYS)


def read_project(loaded: Loaded, findings: Findings) -> Project:
    """Return the project of merged files. Raise ComposeError if compose itself would refuse."""
    errors = Errors()
    sections = {
        name: with_taken_scalars(name, content, errors) for name, content in loaded.sections.items()
    }
    name = loaded.name
    project = Project(
        name=name,
        folder=loaded.folder,
        services=_each(
            sections["services"], lambda key, value: _service(key, value, findings), errors
        ),
        networks=_each(
            sections["networks"],
            lambda key, value: read_network(key, value, name, findings),
            errors,
        ),
        volumes=_each(
            sections["volumes"], lambda key, value: read_volume(key, value, name, findings), errors
        ),
        configs=_each(
            sections["configs"],
            lambda key, value: read_source(key, value, "configs", findings),
            errors,
        ),
        secrets=_each(
            sections["secrets"],
            lambda key, value: read_source(key, value, "secrets", findings),
            errors,
        ),
        others=loaded.others,
        bases=loaded.bases,
        environment=loaded.environment,
        files=loaded.files,
    )
    errors.raise_all()
    return project


def _each(
    section: Fields, read: Callable[[Scalar, Value], _Read], errors: Errors
) -> dict[str, _Read]:
    """Return what a section defines, by name; the errors of all its entries are collected."""
    found = {}
    for key, value in section.entries:
        with errors.collected():
            found[key.text] = read(key, value)
    return found


def _service(key: Scalar, value: Value, findings: Findings) -> Service:
    content = shapes.mapping(value)
    errors = Errors()
    with errors.collected():
        shapes.known_only(content, KEYS, f"service {key.text}")
    known: dict[str, Any] = {}
    positions = {}
    for name, item in content.entries:
        if name.text.startswith("x-"):
            findings.note(name.position, f"{name.text} is an extension that Compose ignores")
        elif not (isinstance(item, Scalar) and item.data is None):
            with errors.collected():
                known[name.text] = _READERS.get(name.text, _as_it_is)(item, findings)
            positions[name.text] = name.position
    errors.raise_all()
    return Service(key.text, key.position, positions, **known)


def _as_it_is(value: Value, findings: Findings) -> Value:
    return value


_STATES = ("service_started", "service_healthy", "service_completed_successfully")


def _depends_on(value: Value, findings: Findings) -> tuple[Dependency, ...]:
    if isinstance(value, Items):
        return tuple(
            Dependency(str(name), "started", False, True, name.position)
            for name in shapes.texts(value)
        )
    return shapes.each(shapes.mapping(value).entries, _dependency)


def _dependency(entry: tuple[Scalar, Value]) -> Dependency:
    key, item = entry
    options = item if isinstance(item, Fields) else Fields((), key.position)
    found = shapes.parts(
        options,
        "depends_on",
        {
            "condition": lambda value: shapes.one_of(value, _STATES),
            "restart": shapes.flag,
            "required": shapes.flag,
        },
    )
    started = found["condition"] or "service_started"
    return Dependency(
        key.text,
        started.removeprefix("service_"),
        bool(found["restart"]),
        found["required"] is not False,
        key.position,
    )


#: What to do about the keys of a service's network that a stack cannot express.
ATTACHMENT_LOST = {
    "interface_name": "the engine chooses it",
}


def _networks(value: Value, findings: Findings) -> tuple[Attachment, ...]:
    if isinstance(value, Items):
        return tuple(
            Attachment(str(name), (), None, None, 0, name.position) for name in shapes.texts(value)
        )

    def read(entry: tuple[Scalar, Value]) -> Attachment:
        key, item = entry
        options = item if isinstance(item, Fields) else Fields((), key.position)
        place = f"networks.{key.text}"
        found = shapes.parts(
            options,
            place,
            {
                "aliases": shapes.texts,
                "ipv4_address": shapes.text,
                "ipv6_address": shapes.text,
                "mac_address": shapes.text,
                "link_local_ips": shapes.texts,
                "driver_opts": shapes.pairs,
                "gw_priority": shapes.text,
                "priority": shapes.number,
            },
            tuple(ATTACHMENT_LOST),
        )
        shapes.lose(options, ATTACHMENT_LOST, place, findings)
        return Attachment(
            key.text,
            found["aliases"] or (),
            found["ipv4_address"],
            found["ipv6_address"],
            found["priority"] or 0,
            key.position,
            found["mac_address"],
            found["link_local_ips"] or (),
            found["driver_opts"] or (),
            found["gw_priority"],
        )

    attachments = shapes.each(shapes.mapping(value).entries, read)
    return tuple(sorted(attachments, key=lambda attachment: -attachment.priority))


def _healthcheck(value: Value, findings: Findings) -> Healthcheck:
    content = shapes.mapping(value)
    times = ("interval", "timeout", "start_period", "start_interval")
    known = {
        "test": shapes.words,
        **dict.fromkeys((*times, "retries"), shapes.text),
        "disable": shapes.flag,
    }
    found = shapes.parts(content, "healthcheck", known)
    found["disable"] = bool(found["disable"])
    return Healthcheck(**found, position=content.position)


def _env_files(value: Value, findings: Findings) -> tuple[EnvFile, ...]:
    return shapes.each(value.items if isinstance(value, Items) else (value,), _env_file)


def _env_file(item: Value) -> EnvFile:
    if not isinstance(item, Fields):
        return EnvFile(shapes.text(item), True, False)
    found = shapes.parts(
        item,
        "env_file",
        {
            "path": shapes.text,
            "required": shapes.flag,
            "format": lambda value: shapes.one_of(value, ("raw",)),
        },
    )
    path = found["path"] or shapes.text(item)
    return EnvFile(path, found["required"] is not False, found["format"] == "raw")


def _grants(value: Value, findings: Findings) -> tuple[Grant, ...]:
    items = value.items if isinstance(value, Items) else shapes.refuse_form(value, "a list")
    return shapes.each(items, _grant)


def _grant(item: Value) -> Grant:
    if not isinstance(item, Fields):
        return Grant(str(shapes.text(item)), None, "", "", "", item.position)
    known = {
        **dict.fromkeys(("source", "target", "uid", "gid"), shapes.text),
        "mode": shapes.number,
    }
    found = shapes.parts(item, "an entry", known)
    source, uid, gid = (str(found[key] or "") for key in ("source", "uid", "gid"))
    mode = "" if found["mode"] is None else format(found["mode"], "o")
    return Grant(source, found["target"], uid, gid, mode, item.position)


_RESERVATIONS_LOST = {
    "cpus": "containers support only a limit: cpus:",
    "generic_resources": "they are for Swarm; remove it",
}
_IGNORED_BY_COMPOSE = "Compose uses it only for Swarm"
_DEPLOY_IGNORED = (
    "mode",
    "endpoint_mode",
    "labels",
    "rollback_config",
    "update_config",
    "placement",
)
_CONDITIONS = {
    "none": "no",
    "no": "no",
    "on-failure": "on-failure",
    "unless-stopped": "unless-stopped",
}


def _deploy(value: Value, findings: Findings) -> Deploy:
    content = shapes.mapping(value)
    found = shapes.parts(
        content,
        "deploy",
        {
            "replicas": shapes.number,
            "resources": lambda part: _resources(part, findings),
            "restart_policy": lambda part: _restart_policy(part, findings),
        },
        _DEPLOY_IGNORED,
    )
    for key, _ in content.entries:
        if key.text in _DEPLOY_IGNORED:
            findings.note(key.position, f"deploy.{key.text} is ignored: {_IGNORED_BY_COMPOSE}")
    limits, reserved, devices = found["resources"] or ((None, None, None), None, ())
    cpus, memory, pids = limits
    restart = found["restart_policy"]
    return Deploy(found["replicas"], cpus, memory, pids, reserved, restart, devices)


def _resources(
    value: Value, findings: Findings
) -> tuple[tuple[Text | None, ...], Text | None, tuple[DeviceRequest, ...]]:
    """Return the limits of CPUs, memory and processes, and the reserved memory and devices."""
    resources = shapes.mapping(value)
    reservations = _mapping(resources, "reservations")
    shapes.lose(reservations, _RESERVATIONS_LOST, "deploy.resources.reservations", findings)
    names = ("cpus", "memory", "pids")
    limits = _mapping(resources, "limits")
    further = [key.text for key, _ in limits.entries]
    found = shapes.parts(limits, "limits", dict.fromkeys(names, shapes.text), further)
    devices = get(reservations, "devices")
    return (
        tuple(found[name] for name in names),
        shapes.optional(reservations, "memory"),
        () if devices is None else read_requests(devices),
    )


def _mapping(content: Fields, key: str) -> Fields:
    found = get(content, key)
    return Fields((), content.position) if found is None else shapes.mapping(found)


def _restart_policy(value: Value, findings: Findings) -> str:
    content = shapes.mapping(value)
    for key, _ in content.entries:
        if key.text in ("delay", "window"):
            findings.note(key.position, f"restart_policy.{key.text}: {_IGNORED_BY_COMPOSE}")
    condition = _CONDITIONS.get(str(shapes.optional(content, "condition") or "any"), "always")
    attempts = get(content, "max_attempts")
    number = None if attempts is None else shapes.number(attempts)
    is_counted = condition == "on-failure" and number is not None
    return f"on-failure:{number}" if is_counted else condition


def _logging(value: Value, findings: Findings) -> Logging:
    known = {"driver": shapes.text, "options": shapes.pairs}
    found = shapes.parts(shapes.mapping(value), "logging", known)
    return Logging(found["driver"], found["options"] or ())


def _blkio_config(value: Value, findings: Findings) -> BlockIo:
    lists = {
        key: partial(_by_device, field="weight" if key == "weight_device" else "rate")
        for key in BLOCK_IO.values()
    }
    found = shapes.parts(shapes.mapping(value), "blkio_config", {"weight": shapes.text, **lists})
    by_device = {name: found[key] for name, key in BLOCK_IO.items() if found[key] is not None}
    return BlockIo(found["weight"], by_device)


def _by_device(value: Value, field: str) -> tuple[tuple[str, Text], ...]:
    items = value.items if isinstance(value, Items) else shapes.refuse_form(value, "a list")

    def read(item: Value) -> tuple[str, Text]:
        known = {"path": shapes.text, field: shapes.text}
        found = shapes.parts(shapes.mapping(item), "blkio_config", known)
        if found["path"] is None or found[field] is None:
            shapes.refuse_form(item, f"a mapping with path and {field}")
        return str(found["path"]), found[field]

    return shapes.each(items, read)


def _ulimits(value: Value, findings: Findings) -> tuple[tuple[str, Text], ...]:
    return shapes.each(shapes.mapping(value).entries, _ulimit)


def _ulimit(entry: tuple[Scalar, Value]) -> tuple[str, Text]:
    key, item = entry
    if not isinstance(item, Fields):
        return key.text, shapes.text(item)
    soft, hard = (shapes.optional(item, side) for side in ("soft", "hard"))
    if soft is None or hard is None:
        shapes.refuse_form(item, "a number, or soft and hard")
    return key.text, joined(soft, ":", hard, position=item.position)


def _extra_hosts(value: Value, findings: Findings) -> tuple[tuple[str, Text], ...]:
    if isinstance(value, Items):
        hosts = []
        for entry in shapes.texts(value):
            name, address = entry.partition("=" if "=" in str(entry) else ":")
            if address is None:
                shapes.refuse_form(value, "a list of NAME:ADDRESS")
            hosts.append((str(name), address))
        return tuple(hosts)
    entries = shapes.mapping(value).entries
    return tuple((key.text, address) for key, item in entries for address in shapes.texts(item))


def _ports(value: Value, findings: Findings) -> tuple[Text, ...]:
    items = value.items if isinstance(value, Items) else (value,)
    return tuple(chain(*shapes.each(items, lambda item: read_port(item, findings))))


def _volumes(value: Value, findings: Findings) -> tuple[Any, ...]:
    items = value.items if isinstance(value, Items) else shapes.refuse_form(value, "a list")
    mounts = shapes.each(items, lambda item: read_mount(item, findings))
    return tuple(mount for mount in mounts if mount is not None)


def _plainly(shape: Callable[[Value], Any]) -> Callable[[Value, Findings], Any]:
    return lambda value, findings: shape(value)


_READERS: Mapping[str, Callable[[Value, Findings], Any]] = {
    **dict.fromkeys(
        [
            "cgroup",
            "cgroup_parent",
            "container_name",
            "cpu_period",
            "cpu_quota",
            "cpu_shares",
            "cpus",
            "cpuset",
            "domainname",
            "hostname",
            "image",
            "ipc",
            "mac_address",
            "mem_limit",
            "mem_reservation",
            "mem_swappiness",
            "memswap_limit",
            "network_mode",
            "oom_score_adj",
            "pid",
            "pids_limit",
            "platform",
            "pull_policy",
            "restart",
            "runtime",
            "shm_size",
            "stop_grace_period",
            "stop_signal",
            "user",
            "userns_mode",
            "uts",
            "working_dir",
        ],
        _plainly(shapes.text),
    ),
    **dict.fromkeys(
        [
            "cap_add",
            "cap_drop",
            "device_cgroup_rules",
            "dns",
            "dns_opt",
            "dns_search",
            "expose",
            "group_add",
            "links",
            "security_opt",
            "tmpfs",
            "volumes_from",
        ],
        _plainly(shapes.texts),
    ),
    **dict.fromkeys(
        ["annotations", "environment", "labels", "storage_opt", "sysctls"], _plainly(shapes.pairs)
    ),
    **dict.fromkeys(
        ["init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty"],
        _plainly(shapes.flag),
    ),
    **dict.fromkeys(["command", "entrypoint"], _plainly(shapes.words)),
    **dict.fromkeys(["configs", "secrets"], _grants),
    **dict.fromkeys(["env_file", "label_file"], _env_files),
    "blkio_config": _blkio_config,
    "build": lambda value, findings: read_build(
        value, findings, {"secrets": _grants, "extra_hosts": _extra_hosts, "ulimits": _ulimits}
    ),
    "depends_on": _depends_on,
    "deploy": _deploy,
    "devices": read_devices,
    "gpus": read_gpus,
    "extra_hosts": _extra_hosts,
    "healthcheck": _healthcheck,
    "logging": _logging,
    "networks": _networks,
    "ports": _ports,
    "profiles": lambda value, findings: tuple(map(str, shapes.texts(value))),
    "scale": _plainly(shapes.number),
    "ulimits": _ulimits,
    "volumes": _volumes,
}
