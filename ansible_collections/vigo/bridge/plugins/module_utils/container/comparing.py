# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a setting is as an engine shows it, field by field. Pure.

Engines write one and the same setting in several ways, and add things of their own.
"""

from __future__ import annotations

from typing import Any, Callable

from . import mounts, ports
from .observed import signal_number

Reveal = Callable[[str], str]


def agree(name: str, wanted: Any, actual: Any, podman: bool, reveal: Reveal) -> bool:
    """wanted: what the user set. actual: what the engine says, not None."""
    if name in ("command", "entrypoint"):
        return tuple(reveal(word) for word in wanted) == actual
    if name in _RULES:
        return _RULES[name](wanted, actual)
    if podman and name in _ON_PODMAN:
        return _ON_PODMAN[name](wanted, actual)
    return bool(wanted == actual)


def _is_part(wanted: Any, actual: Any) -> bool:
    return all(actual.get(key) == value for key, value in wanted.items())


def _same_entries(wanted: Any, actual: Any) -> bool:
    return set(wanted) == set(actual)


def _volumes(wanted: Any, actual: Any) -> bool:
    return all(mounts.present(mount, actual) for mount in wanted)


def _devices(wanted: Any, actual: Any) -> bool:
    """Podman leaves the permissions out."""
    known = [device if device.rpartition(":")[2] else device.rstrip(":") for device in actual]
    return len(wanted) == len(actual) and all(
        device in known or device.rpartition(":")[0] in known for device in wanted
    )


def _security_options(wanted: Any, actual: Any) -> bool:
    return {_security_option(text) for text in wanted} == {
        _security_option(text) for text in actual
    }


def _security_option(text: str) -> str:
    """``label:disable`` and ``label=disable``, ``x`` and ``x:true`` are the same."""
    text = text.replace(":", "=", 1) if "=" not in text else text
    return text[: -len("=true")] if text.endswith("=true") else text


def _tmpfs_on_podman(wanted: Any, actual: Any) -> bool:
    """It adds options, and folders for a read-only container."""
    return all(
        path in actual and set(_options(options)) <= set(_options(actual[path]))
        for path, options in wanted.items()
    )


def _options(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _ipc_on_podman(wanted: Any, actual: Any) -> bool:
    """It says shareable for private, too."""
    own = ("private", "shareable")
    return wanted == actual or (wanted in own and actual in own)


_RULES: dict[str, Callable[[Any, Any], bool]] = {
    "labels": _is_part,
    "sysctls": _is_part,
    "log_opts": _is_part,
    "ulimits": _is_part,
    "ports": ports.same,
    "volumes": _volumes,
    "devices": _devices,
    "security_opt": _security_options,
    "healthcheck": lambda wanted, actual: _is_part(wanted.payload(), actual.payload()),
    "stop_signal": lambda wanted, actual: signal_number(wanted) == signal_number(actual),
    "dns": _same_entries,
    "dns_opt": _same_entries,
    "group_add": _same_entries,
    # A container does not tell; a wrong image shows by its ID.
    "platform": lambda wanted, actual: True,
}

_ON_PODMAN: dict[str, Callable[[Any, Any], bool]] = {
    "tmpfs": _tmpfs_on_podman,
    "ipc": _ipc_on_podman,
    # Its Docker API drops it, which is said.
    "domainname": lambda wanted, actual: True,
}
