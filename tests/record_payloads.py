# SPDX-License-Identifier: GPL-3.0-or-later
"""Records what engines say of a container and its image: `python -m tests.record_payloads`.

The image sets all that an image can; the container sets nothing. The payloads go to the folder of
the tests of decisions, one of each kind for Docker 20.10, Docker 26.1 and Podman 4.3.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.testbed import Engine, use_testbed
from tests.testbed.images import StandIn, stand_ins
from tests.testbed.podman import podman_engine
from tests.testbed.upload import load

FOLDER = Path(__file__).parent / "unit" / "module_utils" / "types" / "container" / "payloads"
IMAGE, NAME = "recorded:1", "recorded"
SMALLEST = next(image for image in stand_ins() if image.name == "traefik/whoami:broken")

CONFIG = {
    "User": "1000:1000",
    "WorkingDir": "/tmp",
    "Env": ["PATH=/bin:/usr/bin", "MODE=image"],
    "Volumes": {"/state": {}},
    "Entrypoint": ["sh", "-c"],
    "Cmd": ["sleep 1000"],
    "Healthcheck": {
        "Test": ["CMD", "true"],
        "Interval": 3 * 10**9,
        "Timeout": 2 * 10**9,
        "Retries": 4,
    },
    "Labels": {"tier": "image"},
    "ExposedPorts": {"7000/udp": {}},
    "StopSignal": "SIGINT",
}


def main() -> None:
    with use_testbed() as testbed:
        record(testbed.test_engine(), "docker-20.10")
        record(testbed.fleet(["recorded"], suite="trixie").hosts[0].engine, "docker-26.1")
        with podman_engine() as podman:
            record(podman, "podman-4.3")


def record(engine: Engine, name: str) -> None:
    with closing(engine.client()) as client:
        load(StandIn(IMAGE, SMALLEST.layers, CONFIG), client)
        made = client.api.create_container(IMAGE, name=NAME)["Id"]
        client.api.start(made)
        while client.api.inspect_container(made)["State"]["Status"] != "running":
            time.sleep(0.1)
        write(f"{name}-settings", client.api.inspect_container(made))
        write(f"{name}-settings-image", client.images.get(IMAGE).attrs)
        client.api.remove_container(made, force=True, v=True)
        client.images.remove(IMAGE, force=True)


def write(name: str, payload: dict[str, Any]) -> None:
    """Write a payload without the paths of the machine that recorded it."""
    for field in ("GraphDriver", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath"):
        payload.pop(field, None)
    for field in ("StaticDir", "ConmonPidFile", "OCIConfigPath", "PidFile"):
        payload.pop(field, None)
    for mount in payload.get("Mounts", []):
        mount["Source"] = f"/volumes/{mount['Name']}/_data"
    payload.get("NetworkSettings", {}).pop("SandboxKey", None)
    text = json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
