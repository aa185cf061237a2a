# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers with the volumes of another one (volumes_from): as the other one has them now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.container_scene import Scene
from tests.integration.engines import on_one_of_them

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration


@pytest.fixture
def scene(each_engine: Engine) -> Iterator[Scene]:
    scene = Scene(each_engine)
    yield scene
    scene.close()
    for volume in scene.engine.client().volumes.list(filters={"name": scene.name}):
        volume.remove(force=True)


def mounted(scene: Scene, name: str) -> dict[str, Any]:
    """Return the volume at each path of a container."""
    mounts = scene.client.api.inspect_container(name)["Mounts"]
    return {mount["Destination"]: (mount["Name"], mount["RW"]) for mount in mounts}


@on_one_of_them("mode", ["rw", "ro"])
def test_they_follow_the_other_container(scene: Scene, mode: str) -> None:
    donor: dict[str, Any] = {"container": f"donor-{scene.name}", "volumes": [f"a-{scene.name}:/a"]}
    taker: dict[str, Any] = {"volumes_from": f"{donor['container']}:{mode}"}
    scene.applied("created", state="stopped", **donor)
    scene.applied("created", state="stopped", **taker)
    first = mounted(scene, donor["container"])
    assert set(first) == {"/a", "/data"}
    assert mounted(scene, scene.name) == {
        path: (name, mode == "rw") for path, (name, _) in first.items()
    }

    # The other one is replaced, and keeps its volumes: nothing to do.
    scene.applied("recreated", state="stopped", user="65534", **donor)
    assert scene.apply(state="stopped", **taker).action == "none"

    donor["volumes"] = [*donor["volumes"], f"b-{scene.name}:/b"]
    scene.applied("recreated", state="stopped", user="65534", **donor)
    predicted = scene.apply(state="stopped", check=True, **taker)
    assert (predicted.action, predicted.reason) == (
        "recreated",
        f"the volumes of {donor['container']} changed",
    )
    scene.applied("recreated", state="stopped", **taker)
    now = mounted(scene, donor["container"])
    assert now["/data"] == first["/data"]
    assert mounted(scene, scene.name) == {
        path: (name, mode == "rw") for path, (name, _) in now.items()
    }

    # Without them, it has a volume of its own again.
    scene.applied("recreated", state="stopped")
    left = mounted(scene, scene.name)
    assert set(left) == {"/data"}
    assert left["/data"][0] != now["/data"][0]
