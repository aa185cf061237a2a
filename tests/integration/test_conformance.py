# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundle style and task style do the same and leave the same, whenever nothing fails."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from docker import DockerClient
from docker.models.networks import Network
from docker.models.volumes import Volume

from tests.integration.conformance.suite import Batch, Case, cases
from tests.integration.engines import CHOSEN, is_elsewhere
from tests.testbed import Engine

pytestmark = pytest.mark.integration

TABLES = (
    "resources",
    "modules",
    "mapped",
    "edits",
    "sources",
    "triggers",
    "conditions",
    "references",
    "templates",
    "variables",
    "types",
    "reverts",
    "failures",
)
CASES = {name: case for table in TABLES for name, case in cases(table).items()}
#: Those of the engine that was chosen.
CONTAINERS = {
    name: case
    for name, case in cases("containers").items()
    if not CHOSEN
    or (CHOSEN.startswith(case.engines) and not (case.is_here and is_elsewhere(CHOSEN)))
}
MACHINE = cases("machine")
QUICK = {name: case for name, case in CASES.items() if case.quick}


@pytest.fixture(scope="module")
def quick_batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return _run(list(QUICK.values()), tmp_path_factory.mktemp("quick"))


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return _run(list(CASES.values()), tmp_path_factory.mktemp("all"))


@pytest.mark.parametrize("case", QUICK.values(), ids=QUICK)
def test_some(quick_batch: Batch, case: Case) -> None:
    _compare(quick_batch, case)


@pytest.mark.sweep
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_all(batch: Batch, case: Case) -> None:
    _compare(batch, case)


@pytest.fixture(scope="module")
def machine_batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("machine")
    batch = Batch(list(MACHINE.values()), folder, private_etc=True)
    batch.run()
    return batch


@pytest.mark.sweep
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a copy of /etc")
@pytest.mark.parametrize("case", MACHINE.values(), ids=MACHINE)
def test_machine(machine_batch: Batch, case: Case) -> None:
    _compare(machine_batch, case)


@pytest.fixture(scope="module")
def container_batch(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    with closing(engine.client()) as client:
        batch = Batch(
            list(CONTAINERS.values()),
            tmp_path_factory.mktemp("containers"),
            engine.env,
            lambda case: _containers(client, case),
            lambda: _remove(client),
        )
        _remove(client)
        try:
            batch.run()
            yield batch
        finally:
            _remove(client)


@pytest.mark.sweep
@pytest.mark.parametrize("case", CONTAINERS.values(), ids=CONTAINERS)
def test_containers(container_batch: Batch, case: Case) -> None:
    _compare(container_batch, case)


def test_there_are_enough() -> None:
    assert len({**CASES, **MACHINE, **CONTAINERS}) >= 180


def _containers(client: DockerClient, case: Case) -> dict[str, str]:
    """Return the state of a case's containers on the engine."""
    crates = yaml.safe_dump(dict(case.crates))
    return {
        str(container.name): json.dumps(
            [
                container.status,
                container.attrs["Config"]["Image"],
                # Podman 5 adds the name of the host, which is the container's ID.
                sorted(
                    each
                    for each in container.attrs["Config"]["Env"]
                    if not each.startswith("HOSTNAME=")
                ),
                container.attrs["HostConfig"]["PortBindings"],
                container.attrs["HostConfig"]["RestartPolicy"],
                container.attrs["State"]["ExitCode"],
            ]
        )
        for container in client.containers.list(ignore_removed=True, all=True)
        if f"container: {container.name}\n" in crates
    }


def _remove(client: DockerClient) -> None:
    for container in client.containers.list(ignore_removed=True, all=True):
        if str(container.name).startswith("conformance-"):
            container.remove(force=True, v=True)
    things: list[Network | Volume] = [*client.networks.list(), *client.volumes.list()]
    for thing in things:
        if str(thing.name).startswith("conformance-"):
            thing.remove()


def _run(rows: list[Case], folder: Path) -> Batch:
    batch = Batch(rows, folder)
    batch.run()
    return batch


def _compare(batch: Batch, case: Case) -> None:
    for number, run in enumerate(case.runs):
        one, *others = (batch.seen[case.name, style][number] for style in case.styles)
        for other in others:
            assert other.actions == one.actions, run
            assert other.state == one.state, run
        assert " ".join(one.actions.values()) == getattr(case, run), run
