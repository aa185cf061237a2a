# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the containers of compose and of our import of the same file by inspect.

Every path of the two containers' inspect payloads is compared. What may differ is in DIFFERENCES
with the reason; a difference that is not there is a failure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest

from tests.integration.compose_scene import HOST, Scene

pytestmark = pytest.mark.integration

#: In each `make test`; the others take their turn in the long tests.
QUICK = ("environment",)
FILES = (
    "anchors",
    "commands",
    "extends",
    "health",
    "include",
    "limits",
    "networks",
    "overridden",
    "ports",
    "profiles",
    "secrets",
    "sharing",
    "storage",
)
#: Where the two may differ: a pattern of paths, and why.
DIFFERENCES = {
    # For each container again.
    "Id": "each container's own",
    "Created": "each container's own",
    "State.*": "process ids, times and the log of checks; that it runs is compared apart",
    "*Path": "files of the engine below the container's id",
    "GraphDriver.*": "files of the engine below the container's id",
    "Config.Hostname": "the container's id where the file sets none; compared where it does",
    "NetworkSettings.SandboxID": "each container's own",
    "NetworkSettings.SandboxKey": "each container's own",
    "NetworkSettings.Networks.*.NetworkID": "the network was made anew",
    "NetworkSettings.Networks.*.EndpointID": "each container's own",
    "NetworkSettings.Networks.*.MacAddress": "follows from the address",
    "NetworkSettings.Networks.*.IPAddress": "the engine chooses; fixed ones are in IPAMConfig",
    "NetworkSettings.Networks.*.IPPrefixLen": "the engine chooses the subnet",
    "NetworkSettings.Networks.*.Gateway": "the engine chooses the subnet",
    "NetworkSettings.Ports.*": "ports that the engine chose; bindings are compared as asked for",
    "NetworkSettings.Networks.*.Aliases": "compared apart: both have the file's, and the id",
    # What the two programs write differently, to the same effect.
    "Config.Labels.com.docker.compose.*": "compose's own bookkeeping",
    "Config.Labels.vigo.bridge.*": "our own bookkeeping",
    "Config.Image": "a reference without a tag is written with `latest`",
    "Config.AttachStdout": "of the client that made it: compose could attach to it",
    "Config.AttachStderr": "of the client that made it: compose could attach to it",
    "Config.OnBuild": "null or an empty list",
    "Config.Entrypoint": "null or an empty list; a set one is compared apart",
    "Config.Env": "the order differs; compared apart as a map",
    "Config.ExposedPorts.*": "`expose` is left out with a note: it opens nothing",
    "HostConfig.Binds*": "compose mounts by Binds, we by Mounts; compared in Mounts",
    "HostConfig.Mounts*": "compose mounts by Binds, we by Mounts; compared in Mounts",
    "Mounts": "the order differs; compared apart by target",
    "HostConfig.Tmpfs*": "compose writes the long form as a mount; compared apart",
    "HostConfig.Cap*": "the order, and CAP_ before the name; compared apart",
    "aliases in sharing_default": "the alias of a link is one of the network: all there see it",
    "HostConfig.Ulimits": "the order; compared apart",
    "HostConfig.ExtraHosts": "the order, which compose leaves to chance; compared apart",
    "HostConfig.Links": "links are aliases of the network",
    "HostConfig.ConsoleSize*": "of the client's terminal",
    "NetworkSettings.Networks.*.Links": "links are aliases of the network",
    "NetworkSettings.Networks.*.IPAMConfig*": "null or empty; addresses are compared apart",
    "NetworkSettings.Networks.*.DriverOpts": "null or empty",
}


@pytest.mark.parametrize(
    "compose_scene",
    [*QUICK, *(pytest.param(stem, marks=pytest.mark.sweep) for stem in FILES)],
    indirect=True,
    ids=lambda stem: stem,
)
def test_import_makes_what_compose_makes(compose_scene: Scene) -> None:
    compose_scene.compose("up", "-d", "--quiet-pull")
    theirs = compose_scene.containers()
    compose_scene.compose("down", "-v", "-t", "0")
    finished = compose_scene.imported()
    assert finished.status == 0, finished.err
    converged = compose_scene.bridge("run")
    assert converged.status == 0, converged.out
    ours = compose_scene.containers()
    assert sorted(ours) == sorted(theirs)
    found = [
        f"{name}: {line}"
        for name in ours
        for line in differences(with_names(theirs)[name], with_names(ours)[name])
    ]
    assert not found, "\n".join(found)
    again = compose_scene.bridge("run")
    assert set(again.actions(HOST).values()) <= {"none", "skipped"}, again.reasons(HOST)


def with_names(containers: dict[str, Any]) -> dict[str, Any]:
    """Return a payload in which containers are named by their names instead of ids."""
    text = json.dumps(containers)
    for name, payload in containers.items():
        text = text.replace(f"container:{payload['Id']}", f"container:{name}")
    renamed: dict[str, Any] = json.loads(text)
    return renamed


def differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Return paths at which two inspect payloads differ and must not."""
    before, after = ({**dict(flat(payload)), **dict(apart(payload))} for payload in (theirs, ours))
    return [
        f"{path}: {before.get(path)!r} -> {after.get(path)!r}"
        for path in sorted({*before, *after})
        if not same(before.get(path), after.get(path)) and not is_listed(path)
    ]


def same(before: Any, after: Any) -> bool:
    """Return whether two values are the same: engines report nothing, empty and zero for it."""
    return before == after or (not before and not after)


def is_listed(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in DIFFERENCES)


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flat(item, f"{path}.{key}" if path else key)
    else:
        yield path, value


def apart(payload: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield values that need more than a comparison of one path."""
    yield "running", payload["State"]["Running"]
    yield "exit status", payload["State"]["ExitCode"]
    # Compose sends the bare name of a variable that has no value: nobody sees it inside.
    env = [entry.split("=", 1) for entry in payload["Config"]["Env"] or [] if "=" in entry]
    yield "environment", dict(env)
    yield "entrypoint", payload["Config"]["Entrypoint"] or []
    for kind in ("CapAdd", "CapDrop"):
        names = payload["HostConfig"][kind] or []
        yield kind, sorted(name.removeprefix("CAP_") for name in names)
    yield "extra hosts", sorted(payload["HostConfig"]["ExtraHosts"] or [])
    yield "ulimits", sorted(map(str, payload["HostConfig"].get("Ulimits") or []))
    yield "tmpfs", sorted(in_memory(payload["HostConfig"]))
    for mount in payload["Mounts"]:
        if mount["Type"] == "tmpfs":
            continue
        name = mount.get("Name", "")
        source = "anonymous" if re.fullmatch("[0-9a-f]{64}", name) else name or mount.get("Source")
        yield f"mount {mount['Destination']}", (mount["Type"], source, mount["RW"])
    identity = payload["Id"][:12]
    for network, endpoint in payload["NetworkSettings"]["Networks"].items():
        own = {identity, payload["Name"].lstrip("/")}
        yield f"aliases in {network}", sorted({*(endpoint["Aliases"] or [])} - own)
        fixed = endpoint["IPAMConfig"] or {}
        yield f"address in {network}", fixed.get("IPv4Address", "")


def in_memory(config: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield folders in memory with their options, however they were set."""
    for path, options in (config.get("Tmpfs") or {}).items():
        yield path, ",".join(sorted(option for option in options.split(",") if option))
    for mount in config.get("Mounts") or []:
        if mount["Type"] == "tmpfs":
            details = mount.get("TmpfsOptions") or {}
            yield mount["Target"], f"mode={details['Mode']:o},size={details['SizeBytes']}"


@pytest.mark.sweep
@pytest.mark.parametrize("compose_scene", ["networks"], indirect=True)
def test_a_plan_knows_that_a_network_will_be_made(compose_scene: Scene) -> None:
    """On a fresh host, the network with addresses is a resource that comes first."""
    assert compose_scene.imported().status == 0
    planned = compose_scene.bridge("plan")
    assert planned.status == 2, planned.out
    assert planned.actions(HOST)["networks/network-networks_front"] == "created"
    assert planned.actions(HOST)["networks/web"] == "created"
