# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices by a name of the Container Device Interface, on real engines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.container_scene import Scene
from tests.testbed import Engine, Host, Testbed

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

NAME = "vigo.test/class=null"
#: `/dev/null` of the host with another name in the container.
DEVICE = {
    "cdiVersion": "0.5.0",
    "kind": "vigo.test/class",
    "devices": [
        {
            "name": "null",
            "containerEdits": {"deviceNodes": [{"path": "/dev/vigo", "hostPath": "/dev/null"}]},
        }
    ],
}


def test_a_device_of_cdi(testbed: Testbed) -> None:
    fleet = testbed.fleet(["cdi.example.com"], suite="trixie", features={"cdi": True})
    host = fleet.hosts[0]
    _describe_device(host)
    scene = Scene(host.engine)
    try:
        _check_device(scene)
        failed = scene.apply(devices="vigo.test/class=other", settle_time="0")
        assert failed.action == "failed"
        assert "unresolvable CDI devices vigo.test/class=other; add a file that" in failed.reason
    finally:
        scene.close()


def test_a_device_of_cdi_with_podman(trixie: Host, podman_5_4: Engine) -> None:
    """Check the same with Podman, which does not report the name of the device."""
    _describe_device(trixie)
    scene = Scene(podman_5_4)
    try:
        _check_device(scene)
    finally:
        scene.close()


def _describe_device(host: Host) -> None:
    host.run(f"mkdir -p /etc/cdi && echo '{json.dumps(DEVICE)}' > /etc/cdi/vigo.json")


def _check_device(scene: Scene) -> None:
    """Check that it is there, that nothing is left to do, and that it can be removed."""
    wanted = {"devices": [NAME, "/dev/zero:/dev/nothing"], "settle_time": "0"}
    scene.applied("created", **wanted)
    container = scene.client.containers.get(scene.name)
    for path in ("/dev/vigo", "/dev/nothing"):
        assert container.exec_run(["test", "-c", path]).exit_code == 0, path
    scene.applied("recreated", devices="/dev/zero:/dev/nothing", settle_time="0")


def test_an_engine_without_the_driver(docker_26: Engine) -> None:
    """Check that the error says what to do, and that the former container is back."""
    scene = Scene(docker_26)
    try:
        scene.applied("created", settle_time="0")
        before = scene.inspect()["Id"]
        refused: list[tuple[dict[str, Any], str]] = [
            ({"devices": NAME}, "turn on CDI on the engine"),
            ({"gpus": "all"}, "install the container toolkit of this driver"),
        ]
        for attributes, advice in refused:
            failed = scene.apply(**attributes, settle_time="0")
            assert failed.action == "failed"
            assert advice in failed.reason
            assert scene.inspect()["Id"] == before
            assert scene.inspect()["State"]["Running"]
    finally:
        scene.close()
