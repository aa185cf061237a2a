# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the containers of compose and of our import of the same file by inspect.

Every path of the two containers' inspect payloads is compared. What may differ is in DIFFERENCES
with the reason; a difference that is not there is a failure.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine

pytestmark = pytest.mark.integration

FOLDER = Path(__file__).parent / "compose"
HOST = "one.compose.example.com"

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
FURTHER_FILES = {"overridden": ["overridden.over.yml"]}
PROFILES = {"profiles": ["--profile", "debug"]}
SECRETS = {
    "VIGO_SECRET_SECRETS_DB_PASSWORD": "hunter2-dotenv",
    "VIGO_SECRET_SECRETS_WEB_API_TOKEN": "abcdef-123456",
    "VIGO_SECRET_SECRETS_WEB_OTHER_URL": "postgres://app:hunter2-url@db/app",
    "VIGO_SECRET_SECRETS_WEB_PASSWORD": "hunter2-command",
    "DB_PASSWORD": "hunter2-dotenv",
}

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


class Scene:
    """One compose file, and the containers that come of it."""

    def __init__(
        self, stem: str, folder: Path, engine: Engine, environment: dict[str, str]
    ) -> None:
        self.stem = stem
        self.engine = engine
        self.environment = {**environment, **SECRETS}
        self.place = folder / "files"
        self.stack = folder / "stack"
        shutil.copytree(FOLDER, self.place)
        names = [f"{stem}.yml", *FURTHER_FILES.get(stem, [])]
        self.files = [str(self.place / name) for name in names]

    def compose(self, *words: str) -> None:
        named = [word for file in self.files for word in ("-f", file)]
        command = ["docker", "compose", *PROFILES.get(self.stem, []), *named, "-p", self.stem]
        finished = subprocess.run(
            [*command, *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr

    def imported(self, *arguments: str) -> Finished:
        return vigo_bridge(
            *("import", "compose", *self.files, "--stacks", self.stack, "-p", self.stem),
            *("--match", HOST, *PROFILES.get(self.stem, []), *arguments),
            environment=self.environment,
        )

    def bridge(self, command: str) -> Finished:
        return vigo_bridge(
            *(command, "--stacks", self.stack, "--local", "--as", HOST, "-o", "json"),
            environment=self.environment,
        )

    def containers(self) -> dict[str, Any]:
        """Return all containers of the file, by name."""
        with closing(self.engine.client()) as client:
            found = client.containers.list(ignore_removed=True, all=True)
            mine = (c for c in found if c.name.startswith((f"{self.stem}-", f"{self.stem}_")))
            return {container.name: container.attrs for container in mine}

    def clear(self) -> None:
        with closing(self.engine.client()) as client:
            for name in self.containers():
                client.api.remove_container(name, force=True, v=True)
            for network in client.networks.list():
                if network.name.startswith((f"{self.stem}_", f"{self.stem}-")):
                    network.remove()
            for volume in client.volumes.list():
                if volume.name.startswith((f"{self.stem}_", f"{self.stem}-")):
                    volume.remove()


@pytest.fixture
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, engine: Engine, compose_env: dict[str, str]
) -> Iterator[Scene]:
    scene = Scene(request.param, tmp_path, engine, compose_env)
    scene.clear()
    yield scene
    scene.clear()


@pytest.mark.parametrize(
    "scene",
    [*QUICK, *(pytest.param(stem, marks=pytest.mark.sweep) for stem in FILES)],
    indirect=True,
    ids=lambda stem: stem,
)
def test_import_makes_what_compose_makes(scene: Scene) -> None:
    scene.compose("up", "-d", "--quiet-pull")
    theirs = scene.containers()
    scene.compose("down", "-v", "-t", "0")
    finished = scene.imported()
    assert finished.status == 0, finished.err
    converged = scene.bridge("run")
    assert converged.status == 0, converged.out
    ours = scene.containers()
    assert sorted(ours) == sorted(theirs)
    found = [
        f"{name}: {line}"
        for name in ours
        for line in differences(with_names(theirs)[name], with_names(ours)[name])
    ]
    assert not found, "\n".join(found)
    again = scene.bridge("run")
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
@pytest.mark.parametrize("scene", ["networks"], indirect=True)
def test_a_plan_knows_that_a_network_will_be_made(scene: Scene) -> None:
    """On a fresh host, the network with addresses is a resource that comes first."""
    assert scene.imported().status == 0
    planned = scene.bridge("plan")
    assert planned.status == 2, planned.out
    assert planned.actions(HOST)["networks/network-networks_front"] == "created"
    assert planned.actions(HOST)["networks/web"] == "created"
