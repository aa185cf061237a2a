# SPDX-License-Identifier: GPL-3.0-or-later
"""Several imported projects on one host, in one stack and in a stack of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine

pytestmark = pytest.mark.integration

HOST = "one.projects.example.com"
COMPOSE = 'services: {web: {image: "redis:7-alpine", stop_grace_period: 1s}}\n'
TWO = ("projects-a", "projects-b")
FIVE = (*TWO, "projects-c", "projects-d", "projects-e")


@pytest.fixture
def clean(engine: Engine) -> Iterator[None]:
    yield
    with closing(engine.client()) as client:
        for name in FIVE:
            for container in client.containers.list(all=True, filters={"name": f"{name}-web-1"}):
                container.remove(force=True, v=True)
            for network in client.networks.list(names=[f"{name}_default"]):
                network.remove()


def imported(folder: Path, name: str, stacks: Path) -> None:
    project = folder / name
    project.mkdir()
    (project / "compose.yml").write_text(COMPOSE, encoding="utf-8")
    finished = vigo_bridge("import", "compose", project, "--stacks", stacks, "--match", HOST)
    assert finished.status == 0, finished.err


def running(engine: Engine) -> list[str]:
    with closing(engine.client()) as client:
        found = client.containers.list(ignore_removed=True, filters={"name": "projects-"})
        return sorted(str(container.name).removesuffix("-web-1") for container in found)


def bridge(command: str, stacks: Path, engine: Engine, *options: str) -> Finished:
    arguments: list[str | Path] = [command, "--stacks", stacks, "--local", "--as", HOST, *options]
    return vigo_bridge(*arguments, environment=engine.env)


@pytest.mark.parametrize(
    "names", [pytest.param(TWO, id="two"), pytest.param(FIVE, id="five", marks=pytest.mark.sweep)]
)
@pytest.mark.usefixtures("clean")
def test_one_stack(names: tuple[str, ...], tmp_path: Path, engine: Engine) -> None:
    stacks = tmp_path / "stack"
    for name in names:
        imported(tmp_path, name, stacks)
    planned = bridge("plan", stacks, engine, "-o", "json")
    assert set(planned.actions(HOST).values()) == {"created"}, planned.err
    assert bridge("run", stacks, engine).status == 0
    assert running(engine) == list(names)
    role = stacks / "envoys" / f"{names[0]}.vgo"
    kept = [line for line in role.read_text().splitlines() if names[1] not in line]
    role.write_text("\n".join(kept) + "\n")
    assert bridge("run", stacks, engine, "--prune").status == 0
    assert running(engine) == [name for name in names if name != names[1]]
    assert bridge("down", stacks, engine, "--yes").status == 0
    assert running(engine) == []


@pytest.mark.sweep
@pytest.mark.usefixtures("clean")
def test_a_stack_for_each(tmp_path: Path, engine: Engine) -> None:
    for name in FIVE:
        imported(tmp_path, name, tmp_path / f"stack-{name}")
        assert bridge("run", tmp_path / f"stack-{name}", engine, "--prune").status == 0
    assert running(engine) == list(FIVE)
    assert bridge("down", tmp_path / f"stack-{FIVE[0]}", engine, "--yes").status == 0
    assert running(engine) == list(FIVE[1:])
