# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command that the documentation shows is run, in the order of the page.

In a ``console`` block, lines with ``$`` are commands and the others what they print. Commands with
``hosts.ini`` are for a fleet: for the hosts that an ``ini`` block of the page names.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.free_ports import use_free_ports
from tests.testbed import Engine, Registry, Testbed

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: The pages whose commands take longest; what they teach has everyday tests of its own.
LONG = ("every-day.md", "migrate-from-compose.md")
#: `plan` exits with 2 when changes are pending.
ACCEPTED = {"vigo-bridge plan": (0, 2)}
#: The inventory of the machines that only a fleet has.
FLEET = "hosts.ini"


def commands(page: Path) -> list[tuple[str, str]]:
    """Return the commands of a page, each with the output that it must show."""
    found: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(), re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], ""))
            else:
                command, output = found.pop()
                found.append((command, f"{output}{line}\n"))
    return found


@pytest.fixture
def place(tmp_path: Path, engine: Engine) -> Iterator[Path]:
    """Yield a folder with the example stack, as in a clone, and an engine without its
    containers.
    """
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "examples")
    use_free_ports(tmp_path)
    _clear(engine)
    yield tmp_path
    _clear(engine)


def _clear(engine: Engine) -> None:
    with closing(engine.client()) as client:
        for container in client.containers.list(ignore_removed=True, all=True):
            name = str(container.name)
            ours = name.startswith(("shop-", "blog-", "lost-", "hello-"))
            if ours or name in ("redis", "webapp"):
                container.remove(force=True, v=True)
        networks = ["shop_default", "blog_default", "hello_default"]
        for network in client.networks.list(names=networks):
            network.remove()
        for volume in client.volumes.list():
            if volume.name == "shop_data":
                volume.remove()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=pytest.mark.sweep if page.name in LONG else (), id=page.name)
        for page in PAGES
        if commands(page)
    ],
)
def test_commands(page: Path, place: Path, compose_env: dict[str, str], registry: Registry) -> None:
    environment = {**compose_env, "VIGO_BRIDGE_REGISTRY": registry.address}
    run([step for step in commands(page) if FLEET not in step[0]], place, environment)


@pytest.mark.sweep
def test_the_tutorial_on_three_machines(testbed: Testbed, tmp_path: Path) -> None:
    page = ROOT / "docs" / "tutorial.md"
    (inventory,) = re.findall(r"^```ini\n(.*?)^```", page.read_text(), re.M | re.S)
    fleet = testbed.fleet([line.split()[0] for line in inventory.splitlines()])
    try:
        (tmp_path / FLEET).write_text(fleet.inventory())
        steps = commands(page)
        run([step for step in steps if FLEET in step[0] or " init " in step[0]], tmp_path, {})
        for host in fleet.hosts:
            found = host.docker(
                "inspect", "--format", "{{.State.Status}} {{.Config.Image}}", "hello-web"
            )
            assert found.strip() == "running traefik/whoami:v1.10.1"
    finally:
        fleet.close()


def run(steps: list[tuple[str, str]], place: Path, more: dict[str, str]) -> None:
    """Run the commands in one shell; each must succeed and print what is expected.

    A stack that `init` creates gets free ports.
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, **more, "PATH": path}
    script = "".join(f"{command}\necho '@@' $?\n{_after(command)}" for command, _ in steps)
    finished = subprocess.run(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outputs = re.split(r"^@@ (\d+)\n", finished.stdout, flags=re.M)
    for number, (command, expected) in enumerate(steps):
        output, status = outputs[2 * number], int(outputs[2 * number + 1])
        accepted = next((a for start, a in ACCEPTED.items() if command.startswith(start)), (0,))
        assert status in accepted, f"{command}\n{output}"
        assert expected in output, f"{command}\n{output}"


def _after(command: str) -> str:
    match shlex.split(command):
        case ["vigo-bridge", "init", stack, *_]:
            program = f"{sys.executable} -m tests.integration.free_ports"
            return f"(stack=$PWD/{stack}; cd {ROOT} && {program} $stack)\n"
        case _:
            return ""
