# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine that is reached by TCP: the docker SDK speaks to it, with the same outcome."""

from __future__ import annotations

import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.execution import run_command
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.container_scene import REDIS, Scene
from tests.testbed import Engine

pytestmark = pytest.mark.integration

HEALTHY = {"test": "redis-cli ping", "interval": "300ms", "start_period": "5s"}


class Relay(socketserver.ThreadingTCPServer):
    """Hands each connection on to a Unix socket."""

    daemon_threads = True
    path: str


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Relay)
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self.server.path)
            back = threading.Thread(target=hand_on, args=(engine, self.request), daemon=True)
            back.start()
            hand_on(self.request, engine)
            back.join()


def hand_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        shutil.copyfileobj(source.makefile("rb", 0), sink.makefile("wb", 0))
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    scene = Scene(engine)
    yield scene
    scene.close()


@pytest.fixture
def by_tcp(engine: Engine) -> Iterator[str]:
    with Relay(("127.0.0.1", 0), Handler) as relay:
        relay.path = engine.docker_host.removeprefix("unix://")
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        yield f"tcp://127.0.0.1:{relay.server_address[1]}"
        relay.shutdown()


def test_its_life(scene: Scene, by_tcp: str) -> None:
    scene.applied("created", docker_host=by_tcp, healthcheck=HEALTHY)
    first = scene.inspect()["Id"]
    scene.applied("recreated", docker_host=by_tcp, healthcheck=HEALTHY, env={"A": "1"})
    assert scene.inspect()["Id"] != first
    assert scene.names() == {""}
    scene.applied("deleted", docker_host=by_tcp, state="absent")


def test_a_replacement_that_ends_at_once_is_undone(scene: Scene, by_tcp: str) -> None:
    scene.apply(docker_host=by_tcp)
    first = scene.inspect()["Id"]
    result = scene.apply(docker_host=by_tcp, command=["sh", "-c", "echo no; exit 7"])
    assert result.action == "failed"
    assert "7" in result.reason
    assert scene.inspect()["Id"] == first


def test_an_image_is_pulled(scene: Scene, by_tcp: str) -> None:
    assert scene.apply(docker_host=by_tcp, pull="always").action == "created"
    result = scene.apply(docker_host=by_tcp, image=f"{REDIS}-nowhere")
    assert "cannot be pulled" in result.reason


def test_nobody_listens(scene: Scene) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        result = scene.apply(docker_host=address)
    assert result.action == "blocked"
    assert f"no engine responds at {address}" in result.reason


#: what is run, and its input -> its action, output and errors
COMMANDS: dict[str, tuple[list[str], str, tuple[str, str, str]]] = {
    "without input": (["sh", "-c", "echo out; echo err >&2"], "", ("ran", "out\n", "err\n")),
    "with input": (
        ["sh", "-c", "cat; echo end"],
        "x" * 200_000,
        ("ran", f"{'x' * 200_000}end\n", ""),
    ),
    "one that fails": (["sh", "-c", "exit 3"], "", ("failed", "", "")),
}


def test_commands_in_it(scene: Scene, by_tcp: str) -> None:
    scene.applied("created")
    for words, given, expected in COMMANDS.values():
        arguments = {"container": scene.name, "docker_host": by_tcp, "argv": words, "stdin": given}
        (ran,) = run_command(arguments, Target())
        assert (ran.action, ran.output, ran.stderr) == expected


def test_a_command_that_takes_too_long(scene: Scene, by_tcp: str) -> None:
    scene.applied("created")
    arguments = {"container": scene.name, "docker_host": by_tcp, "timeout": "1s"}
    (ran,) = run_command({**arguments, "argv": ["sh", "-c", "echo begun; sleep 5"]}, Target())
    assert (ran.action, ran.output) == ("failed", "begun\n")
    assert "did not end within 1 s" in ran.reason
