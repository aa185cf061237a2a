# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command that the documentation shows is run, in the order in which it stands there.

In a ``console`` block, lines with ``$`` are commands and the others what they print.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.testbed import Engine

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: `plan` exits with 2 when changes are pending.
ACCEPTED = {"vigo-bridge plan": (0, 2)}


def commands(page: Path) -> list[tuple[str, str]]:
    """The commands of a page, each with the output that it must show."""
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
    """A folder with the example stack, as in a clone, and an engine without its containers."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "examples")
    _clear(engine)
    yield tmp_path
    _clear(engine)


def _clear(engine: Engine) -> None:
    with closing(engine.client()) as client:
        for container in client.containers.list(all=True):
            if container.name in ("redis", "webapp") or container.name.startswith(
                ("shop-", "hello-")
            ):
                container.remove(force=True, v=True)
        for network in client.networks.list(names=["shop_default"]):
            network.remove()
        for volume in client.volumes.list():
            if volume.name == "shop_data":
                volume.remove()


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda p: p.name)
def test_commands(page: Path, place: Path, compose_env: dict[str, str]) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, **compose_env, "PATH": path}
    steps = commands(page)
    script = "".join(f"{command}\necho '@@' $?\n" for command, _ in steps)
    finished = subprocess.run(
        ["bash"],
        input=script,
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
