# SPDX-License-Identifier: GPL-3.0-or-later
"""What Podman's inspect says of a container where it differs from Docker's, as measured on 4.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import capabilities

#: What it fills in.
USUAL: dict[str, Any] = {
    "PidMode": "private",
    "ShmSize": 65536000,
    "LogConfig": {"Type": "json-file", "Config": None},
    "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
    "NetworkMode": "bridge",
}
#: The capabilities of every container, and what all others are here.
USUAL_CAPABILITIES = frozenset(capabilities.USUAL_ON_PODMAN)
FURTHER_CAPABILITIES = frozenset(f"CAPABILITY_{number}" for number in range(23)) | {
    *("NET_ADMIN", "SYS_TIME", "SYS_ADMIN")
}
_ENV = ("container=podman", "TERM=xterm")
_TMPFS = "rw,rprivate,nosuid,nodev,tmpcopyup"
_FIRST_RANDOM_PORT = 32768


def change(config: dict[str, Any], host: dict[str, Any]) -> None:
    """Change the two parts of an inspect payload to what Podman reports."""
    config["Domainname"] = ""
    names = {entry.partition("=")[0] for entry in config["Env"]}
    added = [entry for entry in _ENV if entry.partition("=")[0] not in names]
    config["Env"] = [*added, *config["Env"]]
    if config.get("StopTimeout") is None:
        config["StopTimeout"] = 10
    if not (host.get("IpcMode") or "").startswith("container:"):
        host["IpcMode"] = "shareable"  # Whichever it is.
    host.pop("Sysctls", None)
    driver = host["LogConfig"]["Type"]
    host["LogConfig"] = {"Type": "json-file" if driver == "k8s-file" else driver, "Config": None}
    host["Devices"] = [{**device, "CgroupPermissions": ""} for device in host.get("Devices") or ()]
    host["PortBindings"] = _numbered(host.get("PortBindings") or {})
    host["Tmpfs"] = {
        path: f"{options},{_TMPFS}".lstrip(",")
        for path, options in (host.get("Tmpfs") or {}).items()
    }
    host["CapAdd"] = _listed(host.get("CapAdd"), FURTHER_CAPABILITIES)
    host["CapDrop"] = _listed(host.get("CapDrop"), USUAL_CAPABILITIES)
    if host.get("MemorySwap") == -1:
        host["MemorySwap"] = 2 * host["Memory"]


def _numbered(bindings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bindings with a number for each port of the host that was left to the engine."""
    free = iter(range(_FIRST_RANDOM_PORT, _FIRST_RANDOM_PORT + 1000))
    return {
        exposed: [{**host, "HostPort": host["HostPort"] or str(next(free))} for host in hosts]
        for exposed, hosts in bindings.items()
    }


def _listed(names: Any, all_of_them: frozenset[str]) -> list[str]:
    """Return the capabilities one by one, only those that change something."""
    known = all_of_them if "ALL" in (names or ()) else set(names or ()) & all_of_them
    return sorted(known)
