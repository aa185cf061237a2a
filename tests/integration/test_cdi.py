# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices by a name of the Container Device Interface, on real engines."""

from __future__ import annotations

import json

import pytest

from tests.integration.container_scene import Scene
from tests.testbed import Engine, Testbed

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
    host.run(f"mkdir -p /etc/cdi && echo '{json.dumps(DEVICE)}' > /etc/cdi/vigo.json")
    scene = Scene(host.engine)
    try:
        wanted = {"devices": [NAME, "/dev/zero:/dev/nothing"], "settle_time": "0"}
        scene.applied("created", **wanted)
        container = scene.client.containers.get(scene.name)
        shown = container.exec_run(["ls", "-l", "/dev/vigo", "/dev/nothing"])
        assert shown.output.count(b"crw") == 2, shown.output
        scene.applied("none", **wanted)
        scene.applied("recreated", settle_time="0")
    finally:
        scene.close()
    scene = Scene(host.engine)
    try:
        failed = scene.apply(devices="vigo.test/class=other", settle_time="0")
        assert failed.action == "failed"
        assert "unresolvable CDI devices vigo.test/class=other; add a file that" in failed.reason
    finally:
        scene.close()


def test_an_engine_without_the_driver(docker_26: Engine) -> None:
    """Check that the error says what to do, and that the former container is back."""
    scene = Scene(docker_26)
    try:
        scene.applied("created", settle_time="0")
        before = scene.inspect()["Id"]
        for attributes, advice in (
            ({"devices": NAME}, "turn on CDI on the engine"),
            ({"gpus": "all"}, "install the container toolkit of this driver"),
        ):
            failed = scene.apply(**attributes, settle_time="0")
            assert failed.action == "failed"
            assert advice in failed.reason
            assert scene.inspect()["Id"] == before
            assert scene.inspect()["State"]["Running"]
    finally:
        scene.close()
