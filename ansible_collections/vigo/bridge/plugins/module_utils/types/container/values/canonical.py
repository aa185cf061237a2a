# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One form for each setting, whichever way a user, a label or an engine writes it. Pure.

Sets and maps become dicts, so that one rule compares them entry by entry.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping

from ....common.errors import ResourceError
from . import capabilities, host_names, mounts, paths, ports, signals
from .healthcheck import Healthcheck
from .mounts import Mount
from .ports import Port

#: Settings of which an engine sees the single entries, not their order.
COLLECTIONS = frozenset(
    {
        "labels",
        "sysctls",
        "log_opts",
        "ulimits",
        "tmpfs",
        "devices",
        "volumes",
        "ports",
        "group_add",
        "cap_add",
        "cap_drop",
        "dns_opt",
        "security_opt",
        "extra_hosts",
        "healthcheck",
    }
)
#: Settings for which nothing at all says something else than not to be set.
_MEANT_WHEN_EMPTY = frozenset({"command", "entrypoint", "stop_timeout"})

_NO_LIMIT = (1 << 64) - 1
_TRUE = frozenset({"1", "t", "true"})
_FALSE = frozenset({"0", "f", "false"})
#: What engines add to every tmpfs anyway, and further options by whether it is Podman.
_USUAL_IN_TMPFS = frozenset(
    {"rw", "nosuid", "nodev", "rprivate", "defaults", "mode=1777", "uid=0", "gid=0"}
)
_ALSO_IN_TMPFS: dict[bool | None, frozenset[str]] = {
    False: frozenset({"noexec"}),
    True: frozenset({"exec"}),
    None: frozenset(),
}
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def canonical(name: str, value: Any, podman: bool | None = False) -> Any:
    """Return a value of ``Settings`` or a label in canonical form. None: not set or empty.

    podman: whether the engine is Podman; None if it may be either.
    """
    if value is None:
        return None
    if name == "tmpfs":
        form: Any = {paths.clean(path): _tmpfs(value[path], podman) for path in value}
    else:
        form = _FORMS[name](value) if name in _FORMS else value
    return form if form or name in _MEANT_WHEN_EMPTY else None


def _set(values: Iterable[Any]) -> dict[Any, bool]:
    return dict.fromkeys(values, True)


def _capabilities(names: Iterable[str]) -> dict[Any, bool]:
    found = {capabilities.short(name) for name in names}
    return _set({"ALL"} if "ALL" in found else found)


def _tmpfs(options: str, podman: bool | None) -> frozenset[str]:
    words = {_tmpfs_option(word) for word in options.split(",") if word}
    return frozenset(words - _USUAL_IN_TMPFS - _ALSO_IN_TMPFS[podman])


def _tmpfs_option(word: str) -> str:
    """``size=64k`` is ``size=65536``, and ``mode=0700`` is ``mode=700``."""
    name, _equals, value = word.partition("=")
    if name == "mode":
        return f"mode={value.lstrip('0')}"
    unit = _UNITS.get(value[-1:].lower())
    if name == "size" and unit and value[:-1].isdigit():
        return f"size={int(value[:-1]) * unit}"
    return word


def _devices(devices: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Its path on the host and its permissions, by its path in the container."""
    found = {}
    for device in devices:
        host, inner, access = [*device.split(":"), "", ""][:3]
        found[paths.clean(inner or host)] = (paths.clean(host), "".join(sorted(access)))
    return found


def _volumes(volumes: Iterable[Any]) -> dict[str, Any]:
    known = (volume if isinstance(volume, Mount) else _mount(volume) for volume in volumes)
    return {volume.target: volume for volume in known}


def _mount(written: str) -> Mount:
    """Parse a mount. A label may hold one that is invalid today."""
    try:
        return mounts.entry(written)
    except ResourceError:
        return Mount(written)


def _ports(entries: Iterable[Any]) -> dict[Port, Port]:
    """A label holds them one by one, ranges expanded."""
    known = [entry if isinstance(entry, Port) else ports.parse([entry])[0] for entry in entries]
    return {port: port for port in known}


def _security_option(option: str) -> str:
    """``label:disable`` is ``label=disable``; ``no-new-privileges`` is the same with ``:true``."""
    name, _equals, value = option.partition("=" if "=" in option else ":")
    if name == "no-new-privileges":
        value = "" if value.lower() in _TRUE else value
        return "" if value.lower() in _FALSE else f"{name}={value}".rstrip("=")
    return f"{name}={value}" if value else name


def _security_options(options: Iterable[str]) -> dict[Any, bool]:
    return _set(form for form in map(_security_option, options) if form)


def _resolver_options(options: Iterable[str]) -> dict[str, str]:
    """Return the options by name. The resolver uses the last value of each."""
    return {option.partition(":")[0]: option for option in options}


def _extra_hosts(hosts: Iterable[str]) -> dict[Any, bool]:
    pairs = (host.partition(":")[::2] for host in hosts)
    return _set((name, _address(written)) for name, written in pairs)


def _address(written: str) -> str:
    """In its shortest form; other text as it is."""
    try:
        return host_names.address(written, "")
    except ResourceError:
        return written


def _ulimits(limits: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    found = {}
    for name, limit in limits.items():
        soft, _colon, hard = limit.partition(":")
        sides = (int(side) for side in (soft, hard or soft))
        short = name.lower().replace("rlimit_", "")
        found[short] = tuple(-1 if side == _NO_LIMIT else side for side in sides)
    return found


def _log_driver(name: str) -> str:
    """Podman's Docker API shows its ``k8s-file`` as Docker's name for it."""
    return "json-file" if name == "k8s-file" else name


def _healthcheck(check: Any) -> dict[str, Any]:
    """Return the fields by the label's keys. For engines, 0 is the same as not set."""
    fields = check.canonical() if isinstance(check, Healthcheck) else dict(check)
    if fields.get("test"):
        fields["test"] = tuple(fields["test"])
    return {key: value for key, value in fields.items() if value}


_FORMS: dict[str, Callable[[Any], Any]] = {
    "command": tuple,
    "entrypoint": tuple,
    "env": dict,
    "workdir": paths.clean,
    "stop_signal": lambda name: signals.number(str(name)) or name,
    "labels": dict,
    "sysctls": dict,
    "log_driver": _log_driver,
    "log_opts": dict,
    "ulimits": _ulimits,
    "devices": _devices,
    "volumes": _volumes,
    "ports": _ports,
    "group_add": _set,
    "cap_add": _capabilities,
    "cap_drop": _capabilities,
    "dns": lambda servers: tuple(map(_address, servers)),
    "dns_search": tuple,
    "dns_opt": _resolver_options,
    "security_opt": _security_options,
    "extra_hosts": _extra_hosts,
    "healthcheck": _healthcheck,
}
