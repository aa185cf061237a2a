# SPDX-License-Identifier: GPL-3.0-or-later
"""A loaded project as a model: one reader for each key of the specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from vigo_bridge.compose import shapes
from vigo_bridge.compose.findings import Errors, Findings
from vigo_bridge.compose.loading import Loaded, get
from vigo_bridge.compose.model import (
    Attachment,
    Dependency,
    Deploy,
    EnvFile,
    Grant,
    Healthcheck,
    Logging,
    Project,
    Service,
)
from vigo_bridge.compose.reading_build import read_build
from vigo_bridge.compose.reading_sections import read_network, read_source, read_volume
from vigo_bridge.compose.reading_storage import read_mount, read_port
from vigo_bridge.compose.scalar_places import with_taken_scalars
from vigo_bridge.compose.text import Text, joined
from vigo_bridge.language.values import Fields, Items, Scalar, Value

_Read = TypeVar("_Read")
_NOT_KEYS = ("name", "position", "keys")
#: Every key of a service.
KEYS = tuple(item.name for item in fields(Service) if item.name not in _NOT_KEYS)


def read_project(loaded: Loaded, findings: Findings) -> Project:
    """Return the project of merged files. Raise ComposeError if compose itself would refuse."""
    sections = {
        name: with_taken_scalars(name, content) for name, content in loaded.sections.items()
    }
    errors = Errors()
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
    found = []
    for key, item in shapes.mapping(value).entries:
        options = item if isinstance(item, Fields) else Fields((), key.position)
        shapes.known_only(options, ("condition", "restart", "required"), "depends_on")
        condition = get(options, "condition")
        started = "service_started" if condition is None else shapes.one_of(condition, _STATES)
        required = get(options, "required")
        restart = get(options, "restart")
        found.append(
            Dependency(
                key.text,
                started.removeprefix("service_"),
                restart is not None and shapes.flag(restart),
                required is None or shapes.flag(required),
                key.position,
            )
        )
    return tuple(found)


#: What to do about the keys of a service's network that a stack cannot express.
ATTACHMENT_LOST = {
    "link_local_ips": "set addresses with ipv4_address or ipv6_address",
    "mac_address": "the engine chooses it",
    "driver_opts": "create the network with these options manually",
    "interface_name": "the engine chooses it",
    "gw_priority": "the engine chooses the gateway: the first network by name",
}


def _networks(value: Value, findings: Findings) -> tuple[Attachment, ...]:
    if isinstance(value, Items):
        return tuple(
            Attachment(str(name), (), None, None, 0, name.position) for name in shapes.texts(value)
        )
    found = []
    for key, item in shapes.mapping(value).entries:
        options = item if isinstance(item, Fields) else Fields((), key.position)
        known = ("aliases", "ipv4_address", "ipv6_address", "priority", *ATTACHMENT_LOST)
        shapes.known_only(options, known, f"networks.{key.text}")
        shapes.lose(options, ATTACHMENT_LOST, f"networks.{key.text}", findings)
        aliases = get(options, "aliases")
        priority = get(options, "priority")
        found.append(
            Attachment(
                key.text,
                () if aliases is None else shapes.texts(aliases),
                shapes.optional(options, "ipv4_address"),
                shapes.optional(options, "ipv6_address"),
                0 if priority is None else shapes.number(priority),
                key.position,
            )
        )
    return tuple(sorted(found, key=lambda attachment: -attachment.priority))


def _healthcheck(value: Value, findings: Findings) -> Healthcheck:
    content = shapes.mapping(value)
    times = ("interval", "timeout", "start_period", "start_interval")
    shapes.known_only(content, ("test", *times, "retries", "disable"), "healthcheck")
    test, disable = get(content, "test"), get(content, "disable")
    return Healthcheck(
        None if test is None else shapes.words(test),
        shapes.optional(content, "interval"),
        shapes.optional(content, "timeout"),
        shapes.optional(content, "retries"),
        shapes.optional(content, "start_period"),
        shapes.optional(content, "start_interval"),
        disable is not None and shapes.flag(disable),
        content.position,
    )


def _env_files(value: Value, findings: Findings) -> tuple[EnvFile, ...]:
    found = []
    for item in value.items if isinstance(value, Items) else (value,):
        if not isinstance(item, Fields):
            found.append(EnvFile(shapes.text(item), True, False))
            continue
        shapes.known_only(item, ("path", "required", "format"), "env_file")
        required, path = get(item, "required"), get(item, "path")
        form = get(item, "format")
        is_raw = form is not None and shapes.one_of(form, ("raw",)) == "raw"
        is_required = required is None or shapes.flag(required)
        found.append(EnvFile(shapes.text(path or item), is_required, is_raw))
    return tuple(found)


def _grants(value: Value, findings: Findings) -> tuple[Grant, ...]:
    found = []
    for item in value.items if isinstance(value, Items) else shapes.refuse_form(value, "a list"):
        if not isinstance(item, Fields):
            found.append(Grant(str(shapes.text(item)), None, "", "", "", item.position))
            continue
        shapes.known_only(item, ("source", "target", "uid", "gid", "mode"), "an entry")
        uid, gid = (str(shapes.optional(item, key) or "") for key in ("uid", "gid"))
        target = shapes.optional(item, "target")
        source = str(shapes.optional(item, "source") or "")
        mode = get(item, "mode")
        digits = "" if mode is None else format(shapes.number(mode), "o")
        found.append(Grant(source, target, uid, gid, digits, item.position))
    return tuple(found)


#: What to do about GPUs: a device file alone does not give a container the drivers.
GPU_ADVICE = (
    "set nvidia as default-runtime in the engine's daemon.json, and NVIDIA_VISIBLE_DEVICES under"
    " environment:"
)
_RESERVATIONS_LOST = {
    "cpus": "containers support only a limit: cpus:",
    "memory": "containers support only a limit: memory:",
    "devices": GPU_ADVICE,
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
    shapes.known_only(
        content, ("replicas", "resources", "restart_policy", *_DEPLOY_IGNORED), "deploy"
    )
    for key, _ in content.entries:
        if key.text in _DEPLOY_IGNORED:
            findings.note(key.position, f"deploy.{key.text} is ignored: {_IGNORED_BY_COMPOSE}")
    resources = _mapping(content, "resources")
    reservations = _mapping(resources, "reservations")
    shapes.lose(reservations, _RESERVATIONS_LOST, "deploy.resources.reservations", findings)
    limits = _mapping(resources, "limits")
    replicas = get(content, "replicas")
    return Deploy(
        None if replicas is None else shapes.number(replicas),
        shapes.optional(limits, "cpus"),
        shapes.optional(limits, "memory"),
        shapes.optional(limits, "pids"),
        _restart_policy(get(content, "restart_policy"), findings),
    )


def _mapping(content: Fields, key: str) -> Fields:
    found = get(content, key)
    return Fields((), content.position) if found is None else shapes.mapping(found)


def _restart_policy(value: Value | None, findings: Findings) -> str | None:
    if value is None:
        return None
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
    content = shapes.mapping(value)
    shapes.known_only(content, ("driver", "options"), "logging")
    options = get(content, "options")
    return Logging(
        shapes.optional(content, "driver"), () if options is None else shapes.pairs(options)
    )


def _ulimits(value: Value, findings: Findings) -> tuple[tuple[str, Text], ...]:
    found = []
    for key, item in shapes.mapping(value).entries:
        limit = shapes.text(item) if not isinstance(item, Fields) else None
        if limit is None:
            soft, hard = (shapes.optional(shapes.mapping(item), side) for side in ("soft", "hard"))
            if soft is None or hard is None:
                shapes.refuse_form(item, "a number, or soft and hard")
            limit = joined(soft, ":", hard, position=item.position)
        found.append((key.text, limit))
    return tuple(found)


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


def _devices(value: Value, findings: Findings) -> tuple[Text, ...]:
    found = []
    for item in value.items if isinstance(value, Items) else (value,):
        if not isinstance(item, Fields):
            found.append(shapes.text(item))
            continue
        source, target, access = (
            shapes.optional(item, key) for key in ("source", "target", "permissions")
        )
        if source is None:
            shapes.refuse_form(item, "a device with a source")
        tail = (":", access) if access is not None else ()
        found.append(joined(source, ":", target or source, *tail, position=item.position))
    return tuple(found)


def _ports(value: Value, findings: Findings) -> tuple[Text, ...]:
    items = value.items if isinstance(value, Items) else (value,)
    return tuple(port for item in items for port in read_port(item, findings))


def _volumes(value: Value, findings: Findings) -> tuple[Any, ...]:
    items = value.items if isinstance(value, Items) else shapes.refuse_form(value, "a list")
    mounts = (read_mount(item, findings) for item in items)
    return tuple(mount for mount in mounts if mount is not None)


def _plainly(shape: Callable[[Value], Any]) -> Callable[[Value, Findings], Any]:
    return lambda value, findings: shape(value)


_READERS: Mapping[str, Callable[[Value, Findings], Any]] = {
    **dict.fromkeys(
        [
            "container_name",
            "cpu_shares",
            "cpus",
            "domainname",
            "hostname",
            "image",
            "ipc",
            "mem_limit",
            "memswap_limit",
            "network_mode",
            "pid",
            "pids_limit",
            "platform",
            "pull_policy",
            "restart",
            "shm_size",
            "stop_grace_period",
            "stop_signal",
            "user",
            "working_dir",
        ],
        _plainly(shapes.text),
    ),
    **dict.fromkeys(
        [
            "cap_add",
            "cap_drop",
            "dns",
            "dns_opt",
            "dns_search",
            "expose",
            "group_add",
            "links",
            "security_opt",
            "tmpfs",
        ],
        _plainly(shapes.texts),
    ),
    **dict.fromkeys(["environment", "labels", "sysctls"], _plainly(shapes.pairs)),
    **dict.fromkeys(
        ["init", "privileged", "read_only", "stdin_open", "tty"], _plainly(shapes.flag)
    ),
    **dict.fromkeys(["command", "entrypoint"], _plainly(shapes.words)),
    **dict.fromkeys(["configs", "secrets"], _grants),
    **dict.fromkeys(["env_file", "label_file"], _env_files),
    "build": lambda value, findings: read_build(value, findings, _grants, _extra_hosts),
    "depends_on": _depends_on,
    "deploy": _deploy,
    "devices": _devices,
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
