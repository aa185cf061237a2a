# SPDX-License-Identifier: GPL-3.0-or-later
"""``update: start-first`` behind the proxies of docs/start-first.md: no request is lost on its way,
and none runs twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration import web_proxies
from tests.integration.container_scene import Scene
from tests.integration.web_proxies import IMAGE, PROXIES, SERVICE

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

ROUNDS = 10
#: What proxies answer that do not keep an address, if they resolve the name during the swap.
UNRESOLVED = ("-nginx: 502", "-caddy: 502", "-caddy: 503")
BROKEN = {"entrypoint": ["sh", "-c", "sleep 0.3; exit 3"]}


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    scene = Scene(engine)
    yield scene
    scene.close()


@pytest.mark.parametrize("image", ["good", "broken"])
def test_no_request_is_lost(scene: Scene, tmp_path: Path, image: str) -> None:
    web_proxies.build(scene.client)
    network = f"{scene.name}-net"
    service: dict[str, Any] = {
        "image": IMAGE,
        "pull": "never",
        "network": network,
        "entrypoint": ["python3", "-u", "-c", SERVICE],
        "volumes": f"{tmp_path}:/done",
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
    first = scene.apply(**service, env={"RELEASE": "0"})
    assert first.action == "created", first
    with web_proxies.load(scene.client, scene.name, network, tmp_path, rate=200) as counts:
        for release in range(1, ROUNDS + 1):
            before = scene.inspect()["Id"]
            change = BROKEN if image == "broken" else {}
            result = scene.apply(**{**service, "env": {"RELEASE": str(release)}, **change})
            assert result.action == ("failed" if image == "broken" else "recreated"), result
            assert (scene.inspect()["Id"] == before) is (image == "broken")
    print(counts)
    unresolved = sum(count for how, count in counts.failed.items() if how.endswith(UNRESOLVED))
    assert sum(counts.failed.values()) == unresolved, counts.failed
    assert unresolved == 0 or image == "good"
    assert unresolved < sum(counts.sent.values()) / 1000
    assert counts.repeated == []
    assert len(counts.sent) == len(PROXIES)
    assert counts.done == sum(counts.sent.values()) - unresolved
