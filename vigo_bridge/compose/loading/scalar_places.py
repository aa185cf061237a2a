# SPDX-License-Identifier: GPL-3.0-or-later
"""Which scalars Compose takes at which place, and what it makes of them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vigo_bridge.compose.findings import ComposeError, Errors
from vigo_bridge.compose.loading.plain_scalars import (
    DATE,
    FLOAT,
    INTEGER,
    NULL,
    STRING,
    TRUTH,
    Plain,
    taken_by_compose,
)
from vigo_bridge.language.values import Fields, Items, Scalar, Value


@dataclass(frozen=True)
class _Place:
    """The scalars that a place accepts.

    kinds: of scalars. wanted: the same in words. is_cut: a float loses its fraction. is_integral: a
    float has no fraction. least: the smallest number, if there is one.
    """

    kinds: frozenset[str]
    wanted: str
    is_cut: bool = False
    is_integral: bool = False
    least: int | None = None

    @property
    def is_integer(self) -> bool:
        return self.is_cut or self.is_integral or self.kinds == {INTEGER, STRING}


def _place(wanted: str, *kinds: str) -> _Place:
    return _Place(frozenset(kinds), wanted)


_TEXT = _place("a string", STRING)
_COMMAND = _place("a string", STRING, NULL)
_FLAG = _place("true or false", TRUTH, STRING)
_STRICT_FLAG = _place("true or false", TRUTH)
_NUMBER = _place("a number", INTEGER, FLOAT, STRING)
_INTEGER = _place("an integer", INTEGER, STRING)
_SIZE = _place("an integer or a string such as 512m", INTEGER, STRING)
_INTEGRAL = replace(_place("an integer", INTEGER, FLOAT, STRING), is_integral=True)
_COUNT = replace(_INTEGRAL, least=0)
_CUT = replace(_NUMBER, is_cut=True)
_PRIORITY = replace(_place("a number", INTEGER, FLOAT), is_cut=True)
_OPTION = _place("a string or a number", STRING, INTEGER, FLOAT, DATE)
_LOG_OPTION = _place("a string or a number", STRING, INTEGER, FLOAT, DATE, NULL)
_VALUE = _place("a string, a number or true or false", STRING, INTEGER, FLOAT, TRUTH, DATE, NULL)


def _under(prefix: str, place: _Place, names: str) -> dict[str, _Place]:
    return {f"{prefix}{name}": place for name in names.split()}


def _each_rate(key: str) -> str:
    kinds = ("read_bps", "write_bps", "read_iops", "write_iops")
    return " ".join(f"device_{kind}[].{key}" for kind in kinds)


_SERVICE: Mapping[str, _Place] = {
    **_under(
        "",
        _TEXT,
        "image container_name hostname domainname user working_dir restart stop_signal network_mode"
        " pid ipc platform pull_policy stop_grace_period dns dns_search tmpfs env_file label_file"
        " command[] entrypoint[] dns[] dns_opt[] dns_search[] cap_add[] cap_drop[] security_opt[]"
        " links[] tmpfs[] profiles[] environment[] labels[] sysctls[] extra_hosts[] extra_hosts.*"
        " extra_hosts.*[] devices[] depends_on[] configs[] secrets[] networks[] env_file[]"
        " label_file[] volumes[] cpuset cgroup cgroup_parent userns_mode uts annotations[]"
        " device_cgroup_rules[] volumes_from[] mac_address",
    ),
    **_under("", _COMMAND, "command entrypoint"),
    **_under("", _FLAG, "init oom_kill_disable privileged read_only stdin_open tty"),
    **_under("", _SIZE, "shm_size mem_limit mem_reservation memswap_limit"),
    **_under("", _CUT, "cpu_shares cpu_quota cpu_period pids_limit"),
    "scale": _INTEGRAL,
    **_under("", _INTEGER, "group_add[] expose[] ulimits.*"),
    "ports[]": replace(_INTEGER, least=1),
    **_under("", _VALUE, "environment.* labels.* sysctls.* annotations.* storage_opt.*"),
    **_under("", _INTEGER, "mem_swappiness oom_score_adj blkio_config.weight"),
    "cpus": _NUMBER,
    "blkio_config.weight_device[].path": _TEXT,
    "blkio_config.weight_device[].weight": _INTEGER,
    **_under("blkio_config.", _TEXT, _each_rate("path")),
    **_under("blkio_config.", _SIZE, _each_rate("rate")),
    **_under("healthcheck.", _TEXT, "test test[] interval timeout start_period start_interval"),
    "healthcheck.retries": replace(_CUT, least=0),
    "healthcheck.disable": _FLAG,
    "build": _TEXT,
    **_under(
        "build.",
        _TEXT,
        "context dockerfile dockerfile_inline target network cache_from[] cache_to[] platforms[]"
        " entitlements[] no_cache_filter no_cache_filter[]"
        " args[] labels[] additional_contexts[] ssh ssh[] extra_hosts[] extra_hosts.* secrets[]",
    ),
    **_under("build.", _VALUE, "args.* labels.* additional_contexts.* ssh.*"),
    **_under("build.", _FLAG, "no_cache pull"),
    "build.shm_size": _SIZE,
    "build.ulimits.*": _INTEGER,
    **_under("build.ulimits.*.", _INTEGER, "soft hard"),
    **_under("build.secrets[].", _TEXT, "source target uid gid"),
    "logging.driver": _TEXT,
    "logging.options.*": _LOG_OPTION,
    **_under("ulimits.*.", _INTEGER, "soft hard"),
    **_under("ports[].", _TEXT, "protocol host_ip mode name app_protocol"),
    "ports[].target": _COUNT,
    "ports[].published": _INTEGER,
    **_under("volumes[].", _TEXT, "type source target consistency bind.propagation bind.selinux"),
    **_under("volumes[].", _TEXT, "bind.recursive volume.subpath image.subpath volume.labels[]"),
    "volumes[].volume.labels.*": _VALUE,
    **_under("volumes[].", _FLAG, "read_only bind.create_host_path volume.nocopy"),
    "volumes[].tmpfs.size": replace(_SIZE, least=0),
    "volumes[].tmpfs.mode": replace(_PRIORITY, least=0),
    **_under("configs[].", _TEXT, "source target uid gid"),
    **_under("secrets[].", _TEXT, "source target uid gid"),
    **_under("", replace(_CUT, least=0), "configs[].mode secrets[].mode"),
    **_under("deploy.", _INTEGRAL, "replicas resources.limits.pids"),
    "deploy.resources.limits.cpus": _NUMBER,
    "deploy.resources.limits.memory": _TEXT,
    "deploy.resources.reservations.memory": _TEXT,
    **_under("deploy.restart_policy.", _TEXT, "condition delay window"),
    "deploy.restart_policy.max_attempts": _COUNT,
    "deploy.labels.*": _VALUE,
    **_under(
        "networks.*.", _TEXT, "aliases[] ipv4_address ipv6_address mac_address link_local_ips[]"
    ),
    "networks.*.driver_opts.*": _OPTION,
    "networks.*.gw_priority": _PRIORITY,
    "networks.*.priority": _PRIORITY,
    "depends_on.*.condition": _TEXT,
    "depends_on.*.required": _STRICT_FLAG,
    "depends_on.*.restart": _FLAG,
    **_under("env_file[].", _TEXT, "path format"),
    "env_file[].required": _FLAG,
    **_under("devices[].", _TEXT, "source target permissions"),
}
_NETWORK: Mapping[str, _Place] = {
    **_under("", _TEXT, "name driver labels[] ipam.driver ipam.options.* ipam.config[].subnet"),
    **_under("ipam.config[].", _TEXT, "ip_range gateway aux_addresses.*"),
    **_under("", _FLAG, "internal external attachable enable_ipv4 enable_ipv6"),
    "external.name": _TEXT,
    "driver_opts.*": _OPTION,
    "labels.*": _VALUE,
}
_VOLUME: Mapping[str, _Place] = {
    **_under("", _TEXT, "name driver labels[] external.name"),
    "external": _FLAG,
    "driver_opts.*": _OPTION,
    "labels.*": _VALUE,
}
_SOURCE: Mapping[str, _Place] = {
    **_under("", _TEXT, "name file content environment external.name"),
    "external": _FLAG,
}
#: The places below one thing of a section.
_SECTIONS = {
    "services": _SERVICE,
    "networks": _NETWORK,
    "volumes": _VOLUME,
    "configs": _SOURCE,
    "secrets": _SOURCE,
}
#: The paths below which each key is a name.
_BEFORE_NAMES = {
    section: {path[:at] for path in places for at, letter in enumerate(path) if letter == "*"}
    for section, places in _SECTIONS.items()
}
_NAME = _place("a string", STRING, DATE)
_LARGEST = (1 << 63) - 1


def with_taken_scalars(section: str, content: Fields, errors: Errors) -> Fields:
    """Return a section with its scalars as Compose reads them.

    errors: gets those of all scalars that Compose refuses.
    """
    entries = ((key, _taken(value, "", section, errors)) for key, value in content.entries)
    return Fields(tuple(entries), content.position)


def check_project_name(name: Scalar) -> None:
    """Raise ComposeError if Compose refuses a project's name, as it does for a number."""
    _checked(name, _NAME)


def _taken(value: Value, path: str, section: str, errors: Errors) -> Value:
    if isinstance(value, Scalar):
        place = _SECTIONS[section].get(path)
        with errors.collected():
            return _checked(value, place) if place else value
        return value
    if isinstance(value, Items):
        items = (_taken(item, f"{path}[]", section, errors) for item in value.items)
        return Items(tuple(items), value.position)
    below = f"{path}." if path else ""
    has_names = below in _BEFORE_NAMES[section]
    entries = (
        (key, _taken(item, below + ("*" if has_names else key.text), section, errors))
        for key, item in value.entries
    )
    return Fields(tuple(entries), value.position)


def _checked(scalar: Scalar, place: _Place) -> Scalar:
    found = taken_by_compose(scalar)
    if found.kind == NULL and NULL in place.kinds:
        return scalar
    problem = _problem(found, place)
    if problem:
        written = scalar.text or "an empty value"
        raise ComposeError(
            scalar.position,
            f"Compose does not allow {written[:100]} here: {problem}",
            _advice(scalar, found, place),
        )
    if found.number is not None and place.is_integer:
        return _as_text(scalar, str(int(found.number)))
    return scalar if found.text == scalar.text else _as_text(scalar, found.text)


def _problem(found: Plain, place: _Place) -> str:
    """Return why Compose refuses a scalar; empty if it does not."""
    expected = f"expected {place.wanted}"
    if found.kind not in place.kinds:
        return expected
    if found.kind not in (INTEGER, FLOAT):
        return ""
    if found.number is None:
        return "the number is not finite"
    if place.is_integral and int(found.number) != found.number:
        return expected
    if place.is_integer and abs(found.number) > _LARGEST:
        return f"{expected} up to {_LARGEST}"
    if place.least is not None and found.number < place.least:
        return f"{expected} from {place.least}"
    return ""


def _advice(scalar: Scalar, found: Plain, place: _Place) -> str:
    if TRUTH in place.kinds and INTEGER not in place.kinds:
        return "write true or false"
    if place.is_integer or place is _NUMBER:
        return f"write {place.wanted}, or remove the key"
    if found.kind != NULL:
        return f'write it in quotes: "{scalar.text[:100]}"'
    return 'write "" for an empty string, or remove it'


def _as_text(scalar: Scalar, text: str) -> Scalar:
    return replace(scalar, text=text, data=text)
