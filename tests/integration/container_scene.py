# SPDX-License-Identifier: GPL-3.0-or-later
"""The containers of one test on a real engine."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker.errors

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    Behaviour,
    Turn,
    apply_resource,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.behaviour import Container
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

if TYPE_CHECKING:
    from docker.models.containers import Container as EngineContainer

    from tests.testbed import Engine

REDIS = "redis:7-alpine"


def named_images(client: docker.DockerClient) -> Iterator[tuple[str, str]]:
    """Yield the ID and name of all images; a digest is a name, too."""
    for image in client.api.images():
        for name in (*(image["RepoTags"] or ()), *(image["RepoDigests"] or ())):
            yield image["Id"], name


def remove_images(client: docker.DockerClient, part: str) -> None:
    """Remove all names of images that contain a text, such as the address of a registry."""
    images: dict[str, list[str]] = {}
    for image, name in named_images(client):
        images.setdefault(image, []).append(name)
    for names in images.values():
        ours = [name for name in names if part in name]
        for name in ours:
            if "@" in name and len(ours) < len(names):
                continue  # With its digest, Podman removes the other names of an image, too.
            with suppress(docker.errors.APIError):  # A digest goes with the last tag.
                client.images.remove(name)


def printed(container: EngineContainer, command: Sequence[str]) -> bytes:
    """Return what a command in a container printed."""
    output = container.exec_run(list(command)).output
    assert isinstance(output, bytes)
    return output


def output_of(
    container: EngineContainer, command: Sequence[str], patience: float = 20, beginning: str = ""
) -> str:
    """Return the output of a command in a container; the command must print something.

    On a busy machine, engines lose output of a command that ends at once, all or its beginning:
    it is repeated.

    patience: for how many seconds. beginning: with which all output begins.
    """
    deadline = time.monotonic() + patience
    while True:
        output = printed(container, command).decode().strip()
        if (output and output.startswith(beginning)) or time.monotonic() > deadline:
            return output
        time.sleep(0.2)


class Scene:
    """Containers of one test: unique names, short waits, all removed in the end.

    Networks and images that have the name in theirs are removed, too.
    """

    behaviour: Behaviour = Container()
    #: What a task returns in addition to the last result.
    returned: Mapping[str, Any]

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.client = engine.client()
        self.name = f"lifecycle-{uuid.uuid4().hex[:10]}"
        self.notes: list[str] = []

    def apply(
        self,
        secrets: Mapping[str, str] | None = None,
        turn: Turn | None = None,
        check: bool = False,
        **attributes: Any,
    ) -> Result:
        target = Target(check, Secrets(secrets or {}))
        given = {
            "container": self.name,
            "image": REDIS,
            "docker_host": self.engine.docker_host,
            "settle_time": "500ms",
            **attributes,
        }
        result = apply_resource("test", self.behaviour, lambda: given, target, turn or Turn())
        self.returned = self.behaviour.describe(given, result, target)
        self.notes = target.notes
        return result

    def have(self, image: str) -> None:
        """Pull the image, so that a pull is not among the calls."""
        try:
            self.client.images.get(image)
        except docker.errors.ImageNotFound:
            self.client.images.pull(image)

    def applied(self, action: str, **arguments: Any) -> Result:
        """Apply the container, and check the action, and that nothing is left to do."""
        result = self.apply(**arguments)
        assert result.action == action, result
        arguments.pop("turn", None)
        assert self.apply(**arguments).action == "none", self.apply(check=True, **arguments)
        return result

    def inspect(self, suffix: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.client.api.inspect_container(self.name + suffix)
        return found

    def names(self) -> set[str]:
        """Return the suffixes of all containers of this test that exist.

        One with the name in the other case is returned with its whole name.
        """
        entries = self.client.api.containers(all=True, filters={"name": f"(?i){self.name}"})
        found = [name.lstrip("/") for entry in entries for name in entry["Names"]]
        return {name.removeprefix(self.name) for name in found}

    def redis(self, *words: str, suffix: str = "") -> str:
        """Return the output of a redis command, as soon as there is one: a busy machine starts
        redis slowly.
        """
        container = self.client.containers.get(self.name + suffix)
        deadline = time.monotonic() + 60
        while True:
            answer = output_of(container, ["redis-cli", *words])
            if "Could not connect" not in answer or time.monotonic() > deadline:
                return answer
            time.sleep(0.1)

    def close(self) -> None:
        for entry in self.client.api.containers(all=True, filters={"name": f"(?i){self.name}"}):
            self.client.api.remove_container(entry["Id"], force=True, v=True)
        for network in self.client.networks.list(filters={"name": self.name}):
            network.remove()
        remove_images(self.client, self.name)
        self.client.close()


class Stack(Scene):
    """A separate scope with changing containers."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        super().__init__(engine)
        self.folder = folder
        self.identity: dict[str, Any] = {"scope": self.name}

    def resource(self, suffix: str, **attributes: Any) -> dict[str, Any]:
        return {
            "id": f"crate/{suffix}",
            "type": "container",
            "container": f"{self.name}-{suffix}",
            "image": REDIS,
            "docker_host": self.engine.docker_host,
            "settle_time": "0",
            **attributes,
        }

    def converge(
        self,
        *resources: dict[str, Any],
        check: bool = False,
        prune: bool = False,
        former: str | None = None,
    ) -> tuple[dict[str, str], Target]:
        """Return the actions by id, without those that did nothing."""
        target = Target(check)
        arguments = {
            "resources": list(resources),
            **self.identity,
            "state_dir": str(self.folder),
            "prune": prune,
            "former": former,
            "rollout": "a rollout" if former else None,
        }
        results = converge(arguments, target)
        self.reasons = {result.id: result.reason for result in results}
        return {result.id: result.action for result in results if result.action != "none"}, target
