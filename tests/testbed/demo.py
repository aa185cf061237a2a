# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: the example stack on this machine's engine, step by step.

It starts an engine if none answers, and leaves that and the stack's two containers running
for you to look at; `make demo-down` removes them. Other arguments than `--down` are added to the
commands, such as `--set app_port=9000`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import docker
from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container

from tests.testbed import TestbedError, use_testbed
from tests.testbed.common import cache_folder, say
from tests.testbed.engine import Engine, answering_engine
from tests.testbed.images import stand_ins
from tests.testbed.sharing import keep
from tests.testbed.testbed import stop_unless_used
from tests.testbed.upload import is_stand_in, load

HOST = "web1.app.example.com"
CONTAINERS = ("redis", "webapp")
IMAGES = ("redis:7-alpine", "traefik/whoami:v1.10.1")
OUR_LABEL = "vigo.bridge.spec"
ROOT = Path(__file__).parents[2]
_ANSWER_SECONDS = 10
# A password that is none, so that the demo needs no set-up of secrets.
DATABASE = "postgres://webapp:demo@localhost/webapp"


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["--down"]:
            down()
        else:
            demo(*arguments)
    except (TestbedError, subprocess.CalledProcessError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted; `make demo-down` removes what is left of it", file=sys.stderr)
        return 130
    return 0


def demo(*arguments: str) -> None:
    with _engine() as engine:
        environment = {
            **os.environ,
            **engine.env,
            "VIGO_SECRET_VIGO_WEBAPP_DATABASE_URL": DATABASE,
        }
        local = ("--local", "--as", HOST, *arguments)
        _show(environment, "config", "validate")
        _show(environment, "plan", *local, accepted=(0, 2))
        _show(environment, "run", *local)
        _title("# Once more: everything is as desired, so nothing is done")
        _show(environment, "run", *local)
        page = _address(engine)
        _title(f"# The application answers: {page}")
        print(_content(page), flush=True)
    print(
        f"The containers {' and '.join(CONTAINERS)} go on running"
        + (", and so do the engine and registry started for them" if engine.ours else "")
        + f".\n  look:    DOCKER_HOST={engine.docker_host} docker ps"
        + "\n  remove:  make demo-down"
    )


@contextmanager
def _engine() -> Iterator[Engine]:
    """Yield the engine that answers, with the images; otherwise one that outlives the demo."""
    found = answering_engine()
    if found and not found.ours:
        say(f"using the Docker engine at {found.docker_host}")
        _spare_others(found)
        _provide_images(found)
        yield found
        return
    with use_testbed() as testbed:
        _spare_others(testbed.base)
        yield testbed.base
        keep(True, by="demo")


def down() -> None:
    """Remove the demo's containers and stand-ins, and the engine if the demo started it."""
    engine = answering_engine()
    if engine is None:
        say("nothing of the demo runs")
        return
    with closing(engine.client()) as client:
        for container in _existing(client):
            if OUR_LABEL in container.labels:
                say(f"removing the container {container.name} ...")
                container.remove(force=True, v=True)
        if not engine.ours:
            _remove_stand_ins(client)
    keep(False, by="demo")
    if engine.ours:
        stop_unless_used()
        say(f"what was downloaded stays for the next time, in {cache_folder()}")


def _spare_others(engine: Engine) -> None:
    """Raise an error for a container of that name that is not ours: the stack would replace it."""
    with closing(engine.client()) as client:
        for container in _existing(client):
            if OUR_LABEL not in container.labels:
                raise TestbedError(
                    f"your engine has a container {container.name} already, which the example"
                    " stack would replace; rename it, or run the demo on another machine"
                )


def _existing(client: docker.DockerClient) -> list[Container]:
    found = []
    for name in CONTAINERS:
        try:
            found.append(client.containers.get(name))
        except NotFound:
            continue
    return found


def _provide_images(engine: Engine) -> None:
    """Provide the real images, or stand-ins under their names if no registry has them."""
    with closing(engine.client(timeout=300)) as client:
        for name in IMAGES:
            try:
                client.images.get(name)
            except ImageNotFound:
                _pull(client, name)


def _pull(client: docker.DockerClient, name: str) -> None:
    say(f"pulling {name} ...")
    try:
        client.images.pull(name)
    except APIError:
        say(f"no registry has {name}; a stand-in takes its place")
        load(next(image for image in stand_ins() if image.name == name), client)


def _remove_stand_ins(client: docker.DockerClient) -> None:
    """Remove the stand-ins: a user's engine should pull the real images when it can."""
    for name in IMAGES:
        with suppress(ImageNotFound):
            if is_stand_in(client.images.get(name)):
                say(f"removing the stand-in image {name} ...")
                client.images.remove(name)


def _address(engine: Engine) -> str:
    """Return the address of the page of the application."""
    with closing(engine.client()) as client:
        published = client.containers.get(CONTAINERS[1]).ports["80/tcp"]
    assert published is not None
    return f"http://127.0.0.1:{published[0]['HostPort']}/"


def _content(page: str) -> str:
    """Return the page, once the application listens."""
    deadline = time.monotonic() + _ANSWER_SECONDS
    while True:
        try:
            with urllib.request.urlopen(page, timeout=_ANSWER_SECONDS) as answer:
                content: bytes = answer.read()
                return content.decode()
        except OSError as error:
            if time.monotonic() > deadline:
                raise TestbedError(f"{page} does not answer: {error}") from error
            time.sleep(0.2)


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
