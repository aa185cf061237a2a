# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks and volumes that a container uses, which are created before it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.uses import uses

#: attributes -> kinds and names of what is used
USES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"network": "front"}, [("network", "front")]),
    ({"networks": ["front", {"name": "back"}]}, [("network", "front"), ("network", "back")]),
    ({"network_mode": "front"}, [("network", "front")]),
    ({"networks": ["front"], "network_mode": "front"}, [("network", "front")]),
    ({"network_mode": "host"}, []),
    ({"network_mode": "container:app"}, []),
    ({"volumes": ["data:/data", "/srv:/srv", "/anonymous"]}, [("volume", "data")]),
    ({"volumes": ["data:/data", "data:/more:ro"]}, [("volume", "data")]),
    (
        {
            "mounts": [{"source": "data", "target": "/data"}],
            "volumes": [
                "type=volume,source=logs,target=/logs",
                {"type": "tmpfs", "target": "/run"},
                {"type": "image", "source": "redis", "target": "/redis"},
                {"type": "bind", "source": "/srv", "target": "/srv"},
            ],
        },
        [("volume", "data"), ("volume", "logs")],
    ),
    (
        {"networks": ["front"], "volumes": ["data:/data"]},
        [("network", "front"), ("volume", "data")],
    ),
    ({"networks": [{"name": []}], "volumes": ["data:/data"]}, [("volume", "data")]),
    ({"networks": ["front"], "volumes": {"a": 1}}, [("network", "front")]),
]


@pytest.mark.parametrize(("attributes", "expected"), USES, ids=str)
@pytest.mark.parametrize("docker_host", [None, "", " unix:///podman.sock "])
def test_uses(
    attributes: dict[str, Any], expected: list[tuple[str, str]], docker_host: str | None
) -> None:
    found = uses({"docker_host": docker_host, **attributes})
    assert [(each.kind, each.name) for each in found] == expected
    assert {each.where for each in found} <= {(docker_host or "").strip()}
