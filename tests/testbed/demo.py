# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: the example stack on this machine's engine, step by step.

It starts an engine where none answers, and leaves that and the stack's two containers running
for you to look at; `make demo-down` removes them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import docker
from docker.errors import APIError, ImageNotFound, NotFound

from tests.testbed import TestbedError, use_testbed
from tests.testbed.common import say
from tests.testbed.engine import Engine
from tests.testbed.registry import Registry
from tests.testbed.sharing import keep

HOST = "web1.app.example.com"
CONTAINERS = ("redis", "webapp")
IMAGES = ("redis:7-alpine", "traefik/whoami:v1.10.1")
SCOPE_LABEL = "vigo.bridge.spec"
ROOT = Path(__file__).parents[2]
# A password that is none, so that the demo needs no set-up of secrets.
DATABASE = "postgres://webapp:demo@localhost/webapp"


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["--down"]:
            down()
        else:
            demo()
    except TestbedError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def demo() -> None:
    with use_testbed() as testbed:
        engine = testbed.base
        _spare_others(engine)
        if not engine.ours:
            _provide_images(engine, testbed.registry)
        if engine.ours:
            keep(True)  # The containers shall outlive this process.
        environment = {
            **os.environ,
            **engine.env,
            "VIGO_SECRET_VIGO_WEBAPP_DATABASE_URL": DATABASE,
        }
        local = ("--local", "--as", HOST)
        _show(environment, "config", "validate")
        _show(environment, "plan", *local, accepted=(0, 2))
        _show(environment, "run", *local)
        _title("Once more: everything is as desired, so nothing is done")
        _show(environment, "run", *local)
        _title("The application answers on http://localhost:8080/")
        with urllib.request.urlopen("http://127.0.0.1:8080/", timeout=10) as page:
            print(page.read().decode())
    print(
        f"\nThe containers {' and '.join(CONTAINERS)} go on running"
        + (", and so does the engine that was started for them" if engine.ours else "")
        + f".\n  look:   DOCKER_HOST={engine.docker_host} docker ps"
        + "\n  remove: make demo-down"
    )


def down() -> None:
    """Removes the demo's containers, and stops the engine if the demo started it."""
    with use_testbed() as testbed, closing(testbed.base.client()) as client:
        for container in _existing(client):
            say(f"removing the container {container.name} ...")
            container.remove(force=True, v=True)
        keep(False)


def _spare_others(engine: Engine) -> None:
    """A container of that name that is not ours would be replaced by the stack's."""
    with closing(engine.client()) as client:
        for container in _existing(client):
            if SCOPE_LABEL not in container.labels:
                raise TestbedError(
                    f"your engine has a container {container.name} already, which the example"
                    " stack would replace; rename it, or run the demo on another machine"
                )


def _existing(client: docker.DockerClient) -> list[docker.models.containers.Container]:
    found = []
    for name in CONTAINERS:
        try:
            found.append(client.containers.get(name))
        except NotFound:
            continue
    return found


def _provide_images(engine: Engine, registry: Registry) -> None:
    """The real images, or stand-ins under their names where no registry has them."""
    with closing(engine.client(timeout=300)) as client:
        for image in IMAGES:
            try:
                client.images.get(image)
                continue
            except ImageNotFound:
                pass
            try:
                say(f"pulling {image} ...")
                client.images.pull(image)
            except APIError:
                say(f"no registry has {image}; a stand-in takes its place")
                registry.load(client, image)


def _show(
    environment: Mapping[str, str], *arguments: str, accepted: tuple[int, ...] = (0,)
) -> None:
    _title(f"$ vigo-bridge {' '.join(arguments)}")
    command = [sys.executable, "-m", "vigo_bridge", *arguments]
    status = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    if status not in accepted:
        raise subprocess.CalledProcessError(status, " ".join(["vigo-bridge", *arguments]))


def _title(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
