# SPDX-License-Identifier: GPL-3.0-or-later
"""`vigo-bridge logs` on real engines: no line is lost or repeated, and the order is right."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.container_scene import printed
from tests.integration.program import Finished, vigo_bridge

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

    from tests.testbed import Engine, Fleet

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]

#: A writer has a name of its own each time it is started, and notes the last number in a file.
_WRITE = (
    "read r < /proc/sys/kernel/random/uuid; i=0;"
    " while :; do echo $i >> /out/$r; echo n $r $i; i=$((i+1)); sleep 0.02; done"
)
#: The same, until a file says that it is enough.
_WRITE_UNTIL_TOLD = _WRITE.replace("while :;", "while ! [ -e /out/stop ];") + "; sleep 1000"
_NOISE = (
    r"printf 'plain\n\033[2Jclear\rreturn\n\377\376binary\n'; echo problem >&2;"
    " head -c 300000 /dev/zero | tr '\\0' x; echo; echo secret hunter2-hunter2; sleep 1000"
)


class Stack:
    """A stack with containers that write, on hosts whose engines are given."""

    def __init__(self, hosts: dict[str, str], folder: Path, commands: dict[str, str]) -> None:
        """Write it. hosts: their line of the inventory. commands: by container."""
        self.name = f"logs-{uuid.uuid4().hex[:8]}"
        self.folder = folder
        self.hosts = hosts
        resources = "".join(
            f"  - name: {name}\n    type: container\n    container: {self.name}-{name}\n"
            "    image: redis:7-alpine\n    settle_time: 300ms\n    stop_timeout: 1s\n"
            f"    command: {json.dumps(['sh', '-c', command])}\n"
            f"    volumes: ['{self.name}-out:/out']\n"
            for name, command in commands.items()
        )
        self.write("stack.vgo", f"name: {self.name}\nid: {uuid.uuid4().hex}\n")
        self.write("envoys/e.vgo", "envoys:\n  - match: '*'\n    configcrates: [w]\n")
        self.write("configcrates/w.vgo", f"configcrate: w\nresources:\n{resources}")
        (folder / "hosts.ini").write_text("".join(f"{host} {how}\n" for host, how in hosts.items()))

    def write(self, name: str, text: str) -> None:
        path = self.folder / "stack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def words(self, *words: str) -> list[str]:
        stack, inventory = str(self.folder / "stack"), str(self.folder / "hosts.ini")
        return [*words, "--stacks", stack, "-i", inventory]

    def call(self, *words: str) -> Finished:
        return vigo_bridge(*self.words(*words), environment=self.environment)

    @property
    def environment(self) -> dict[str, str]:
        return {"XDG_STATE_HOME": str(self.folder / "xdg")}

    def containers(self, client: DockerClient) -> list[Container]:
        found: list[Container] = client.containers.list(all=True, filters={"name": self.name})
        return found


@dataclass
class Followed:
    """What `logs -f` has printed so far, each line with when it came."""

    process: subprocess.Popen[str]
    lines: list[tuple[float, str]] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append((time.time(), line.rstrip("\n")))

    def wait_for(self, *texts: str) -> None:
        """Wait until a line with one of the texts has come."""
        deadline = time.monotonic() + 120
        while not any(text in line for _at, line in list(self.lines) for text in texts):
            assert time.monotonic() < deadline, f"{texts} did not come: {self.lines[-5:]}"
            time.sleep(0.05)

    def end(self) -> int:
        """End it with Ctrl-C, and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(15)


@contextmanager
def followed(stack: Stack, *words: str) -> Iterator[Followed]:
    """Run `logs -f` in the block."""
    command = [sys.executable, "-m", "vigo_bridge", *stack.words("logs", "-f", *words)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **stack.environment},
    ) as process:
        found = Followed(process)
        reader = threading.Thread(target=found.read, daemon=True)
        reader.start()
        try:
            yield found
            if process.poll() is None:
                found.end()
        finally:
            process.kill()
            reader.join(5)


def local(engine: Engine, folder: Path, **more: str) -> str:
    """Return how an inventory reaches this machine with an engine."""
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "vigo_state_dir": str(folder / "state"),
        **more,
    }
    return " ".join(f"{name}={value}" for name, value in variables.items())


@pytest.fixture
def client(usual_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[DockerClient]:
    monkeypatch.setenv("DOCKER_HOST", usual_engine.docker_host)
    with closing(usual_engine.client()) as client:
        yield client


@pytest.fixture
def stack(
    request: pytest.FixtureRequest, usual_engine: Engine, client: DockerClient, tmp_path: Path
) -> Iterator[Stack]:
    """Yield a stack that was converged on one host; the parameter has its commands."""
    made = Stack({"one": local(usual_engine, tmp_path)}, tmp_path, request.param)
    assert made.call("run").status == 0
    yield made
    for container in made.containers(client):
        container.remove(force=True)
    for volume in client.volumes.list(filters={"name": made.name}):
        volume.remove()


def check(lines: list[str], written: dict[str, int]) -> None:
    """Check that each writer's numbers came, all of them once and in order.

    written: the last number of each writer. It is noted before the line is printed, so that a
    writer that was killed in between has printed one less.
    """
    printed: dict[str, list[int]] = {}
    for line in lines:
        if match := re.search(r"\| (?:\S+Z )?n (\S+) (\d+)$", line):
            printed.setdefault(match[1], []).append(int(match[2]))
    assert printed.keys() >= {run for run, last in written.items() if last > 0}
    for run, numbers in printed.items():
        assert numbers == list(range(len(numbers))), run
        assert len(numbers) - 1 in (written[run] - 1, written[run]), run


def stop_writers(containers: list[Container]) -> dict[str, int]:
    """End all writers of one host, and return the last number of each, also of former ones."""
    one = next(each for each in containers if each.status == "running")
    one.exec_run(["sh", "-c", ": > /out/stop"])
    time.sleep(0.5)
    listing = "cd /out; for r in *-*; do while read -r x; do n=$x; done < $r; echo $r $n; done"
    lines = printed(one, ["sh", "-c", listing]).decode().splitlines()
    return {run: int(number) for run, number in map(str.split, lines)}


@pytest.mark.parametrize("stack", [{"noise": _NOISE}], indirect=True)
def test_what_containers_print(stack: Stack) -> None:
    finished = stack.call("logs")
    assert finished.status == 0, finished.err
    label = f"one {stack.name}-noise | "
    # Standard output and standard error are two streams: their order is that of the engine.
    # Docker stores bytes that are not text as another character.
    shown = finished.out.replace("\ufffd\ufffd", r"\xff\xfe")
    assert sorted(line.removeprefix(label)[:40] for line in shown.splitlines()) == [
        r"\x1b[2Jclear\x0dreturn",
        r"\xff\xfebinary",
        "plain",
        "problem",
        "secret hunter2-hunter2",
        "x" * 40,
    ]
    assert f"{'x' * 1000} [cut]\n" in finished.out
    chosen = stack.call("logs", "w/noise", "--grep", "^problem", "--tail", "1", "-o", "json")
    document = json.loads(chosen.out)
    [line] = document["lines"]
    assert (line["line"], line["stream"], line["resource"]) == ("problem", "stderr", "w/noise")
    assert document["failed"] == {}


_WRITERS = dict.fromkeys(("a", "b"), _WRITE_UNTIL_TOLD)


@pytest.mark.parametrize("stack", [_WRITERS], indirect=True)
def test_following_over_a_restart_and_a_replacement(stack: Stack, client: DockerClient) -> None:
    with followed(stack, "--tail", "all") as found:
        found.wait_for("| n ")
        by_name = {each.name: each for each in stack.containers(client)}
        by_name[f"{stack.name}-a"].restart(timeout=0)
        crate = (stack.folder / "stack/configcrates/w.vgo").read_text()
        stack.write("configcrates/w.vgo", crate.replace("sleep 0.02", "sleep 0.021"))
        assert stack.call("run").status == 0
        written = stop_writers(stack.containers(client))
        for run, last in written.items():
            found.wait_for(f"n {run} {last}", f"n {run} {last - 1}")
        time.sleep(1)  # The last lines, and what might come twice.
        status = found.end()
    assert status == 130
    assert len(written) == 5
    check([line for _at, line in found.lines], written)


#: How long the writers write, in seconds.
_LONG = 60


@pytest.mark.sweep
def test_following_a_fleet_for_a_minute(
    fleet3: Fleet, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Seven writers on each of three hosts, over a restart, a replacement and lost connections."""
    hosts = {host.name: host.inventory_line().partition(" ")[2] for host in fleet3.hosts}
    commands = {f"w{number}": _WRITE_UNTIL_TOLD for number in range(7)}
    stack = Stack(hosts, tmp_path, commands)
    with ExitStack() as clients:
        engines = {
            host.name: clients.enter_context(closing(host.engine.client())) for host in fleet3.hosts
        }
        try:
            finished = stack.call("run")
            assert finished.status == 0, finished.out + finished.err
            with followed(stack, "-t", "--tail", "all") as found:
                for host in hosts:
                    found.wait_for(f"{host} ")
                time.sleep(3)  # Until the lines from before have come.
                began, since = time.monotonic(), time.time()
                fleet3["web1.app.example.com"].run("pkill -f '[s]shd: root' || true")
                engines["web2.app.example.com"].containers.get(f"{stack.name}-w1").restart()
                time.sleep(_LONG / 3)
                crate = (stack.folder / "stack/configcrates/w.vgo").read_text()
                first, second, rest = crate.partition("sleep 0.02")
                stack.write("configcrates/w.vgo", f"{first}sleep 0.021{rest}" if second else crate)
                finished = stack.call("run")
                assert finished.status == 0, finished.out + finished.err
                fleet3["web3.app.example.com"].run("pkill -f '[s]shd: root' || true")
                time.sleep(max(0.0, _LONG - (time.monotonic() - began)))
                written: dict[str, int] = {}
                for client in engines.values():
                    written.update(stop_writers(stack.containers(client)))
                for run, last in written.items():
                    found.wait_for(f"n {run} {last}", f"n {run} {last - 1}")
                time.sleep(2)
                pressed = time.monotonic()
                assert found.end() == 130
                took = time.monotonic() - pressed
            left = [
                host.run("pgrep -fa '[c]ontainer_logs|[b]undled_module' || true")
                for host in fleet3.hosts
            ]
        finally:
            for client in engines.values():
                for container in stack.containers(client):
                    container.remove(force=True, v=True)
                for volume in client.volumes.list(filters={"name": stack.name}):
                    volume.remove()
    lines = [line for _at, line in found.lines]
    check(lines, written)
    assert len(written) == 3 * 7 + 1 + 3
    assert left == ["", "", ""]
    times = [line.split(" | ")[1].split(" ")[0] for line in lines]
    late = sorted(
        at - datetime.fromisoformat(shown[:26] + "+00:00").timestamp()
        for (at, _line), shown in zip(found.lines, times, strict=True)
        if at > since
    )
    figures = {
        "lines": len(lines),
        "out of order": sum(a > b for a, b in itertools.pairwise(times)),
        "late, median": late[len(late) // 2],
        "late, 99 %": late[len(late) * 99 // 100],
        "late, most": late[-1],
        "seconds to end": took,
    }
    for name, value in figures.items():
        record_property(name, value)
    print(figures)
