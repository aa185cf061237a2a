# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers and networks of a scope that its resources no longer name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import docker.errors
import pytest

from tests.integration.container_scene import REDIS, Stack

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]


@pytest.fixture
def stack(usual_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setenv("DOCKER_HOST", usual_engine.docker_host)
    stack = Stack(usual_engine, tmp_path)
    yield stack
    stack.close()


def test_what_the_stack_lost_is_listed_and_removed_when_asked(stack: Stack) -> None:
    network, volume = f"{stack.name}-net", f"{stack.name}-data"
    web = stack.resource("web")
    job = stack.resource("job", network=network, volumes=f"{volume}:/kept")
    stack.converge(web, job)
    name = job["container"]

    done, target = stack.converge(web, check=True)
    assert (done, target.orphans) == ({}, [name])
    containers, volumes = target.notes[-2:]
    assert name in containers
    assert volume in volumes
    assert stack.converge(web)[1].orphans == []  # Only listed where somebody looks.
    predicted, _target = stack.converge(web, check=True, prune=True)
    assert stack.names() == {"-web", "-job"}
    done, _target = stack.converge(web, prune=True)
    assert done == predicted
    assert done == {f"prune/{name}": "deleted", f"prune/network/{network}": "deleted"}
    assert stack.names() == {"-web"}
    assert stack.client.networks.list(names=[network]) == []
    stack.client.volumes.get(volume).remove()
    assert stack.converge(web, prune=True)[0] == {}


def test_a_resource_whose_container_got_another_name(stack: Stack) -> None:
    web = stack.resource("web")
    stack.converge(web)
    done, _target = stack.converge({**web, "container": f"{stack.name}-site"}, prune=True)
    assert done == {"crate/web": "created", f"prune/{web['container']}": "deleted"}


def test_the_last_container_of_a_stack(stack: Stack) -> None:
    web = stack.resource("web")
    stack.converge(web)
    assert stack.converge(prune=True)[0] == {f"prune/{web['container']}": "deleted"}


def test_what_is_not_pruned(stack: Stack) -> None:
    """Without a turn, of another scope, not ours, or while anything fails."""
    web, job = stack.resource("web"), stack.resource("job")
    stack.converge(web, job)
    stack.client.containers.create(REDIS, name=f"{stack.name}-foreign")
    stack.apply(container=f"{stack.name}-alone")
    done, _target = stack.converge(web, {**job, "when": "dir_exists('/no/such')"}, prune=True)
    assert done == {"crate/job": "skipped"}
    bad = {"id": "crate/bad", "type": "exec", "command": "exit 1"}
    done, target = stack.converge(web, bad, prune=True)
    assert done == {"crate/bad": "failed"}
    assert "nothing was pruned because crate/bad failed" in target.notes
    other = Stack(stack.engine, stack.folder)
    assert other.converge(prune=True)[0] == {}
    assert stack.names() == {"-web", "-job", "-foreign", "-alone"}
    with pytest.raises(docker.errors.NotFound):
        stack.client.containers.get(stack.name)
