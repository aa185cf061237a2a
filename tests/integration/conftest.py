# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines beside the usual one, for the long tests, and what they run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.engines import CHOSEN, ENGINES, PODMAN, USUAL, is_left_out

if TYPE_CHECKING:
    from tests.integration.compose_scene import Scene
    from tests.testbed import Engine, Registry, Testbed
    from tests.testbed.registry_proxy import RegistryProxy


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that say nothing about the engine that is chosen."""
    left_out = [item for item in items if is_left_out(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(params=ENGINES)
def each_engine(request: pytest.FixtureRequest, testbed: Testbed) -> Engine:
    """Return one engine after the other."""
    found: Engine = request.getfixturevalue(ENGINES[request.param])
    return found


@pytest.fixture
def any_podman(request: pytest.FixtureRequest, testbed: Testbed) -> Engine:
    """Return the Podman that is chosen, or else Podman 4.3."""
    found: Engine = request.getfixturevalue(PODMAN)
    return found


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """Return the name of the engine that the test uses."""
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    return str(params.get("each_engine", CHOSEN or USUAL))


@pytest.fixture(
    params=[
        "engine",
        *(pytest.param(ENGINES[name], marks=pytest.mark.sweep) for name in list(ENGINES)[1:]),
    ]
)
def usual_engine(request: pytest.FixtureRequest) -> Engine:
    """Return the engine that every run of the tests uses; in the sweep, one after the other."""
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def compose_scene(
    request: pytest.FixtureRequest, tmp_path: Path, engine: Engine, compose_env: dict[str, str]
) -> Iterator[Scene]:
    """Yield the scene of the compose file that the parameter names, without its containers."""
    from tests.integration.compose_scene import Scene  # Imported here: other tests need no Docker.

    scene = Scene(request.param, tmp_path, engine, compose_env)
    scene.clear()
    yield scene
    scene.clear()


@pytest.fixture
def proxy(registry: Registry) -> Iterator[RegistryProxy]:
    """Yield a proxy to the registry whose images no engine has."""
    from tests.testbed.registry_proxy import registry_proxy

    with registry_proxy(registry) as proxy:
        yield proxy
