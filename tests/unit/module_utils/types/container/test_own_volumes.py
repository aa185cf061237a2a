# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes that are created before the container."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import own_volumes, spec

OURS = {"vigo.bridge.volume": "shop", "vigo.bridge.stack-id": "1", "vigo.bridge.resource": "db"}
NFS = {"type": "nfs", "o": "addr=198.51.100.1,rw", "device": ":/srv"}


class Volumes:
    """The volumes of an engine. bodies: of the calls that created one."""

    def __init__(self, *present: str) -> None:
        self._present = present
        self.bodies: list[dict[str, Any]] = []

    def volume(self, name: str) -> dict[str, Any] | None:
        return {"Name": name} if name in self._present else None

    def make_volume(self, body: dict[str, Any]) -> None:
        self.bodies.append(body)


#: A mount, whether it is of a stack, and what is created.
CASES: list[tuple[Any, bool, list[dict[str, Any]]]] = [
    ("v:/v", True, [{"Name": "v", "Labels": OURS}]),
    ("v:/v", False, []),
    ("there:/v", True, []),
    ("/v", True, []),
    ("/srv:/v", True, []),
    ({"type": "image", "source": "redis", "target": "/v"}, True, []),
    ({"type": "tmpfs", "target": "/v"}, True, []),
    (
        {"source": "v", "target": "/v", "volume": {"labels": {"a": "b"}}},
        True,
        [{"Name": "v", "Labels": {"a": "b", **OURS}}],
    ),
    (
        {"source": "v", "target": "/v", "volume": {"driver_config": {"options": NFS}}},
        False,
        [{"Name": "v", "DriverOpts": NFS}],
    ),
    (
        {"source": "v", "target": "/v", "volume_driver": "rclone", "labels": {"a": "b"}},
        False,
        [{"Name": "v", "Driver": "rclone", "Labels": {"a": "b"}}],
    ),
]


@pytest.mark.parametrize(("mount", "of_stack", "bodies"), CASES)
def test_missing_volumes_are_created(
    mount: Any, of_stack: bool, bodies: list[dict[str, Any]]
) -> None:
    stack = {"scope": "shop", "stack_id": "1", "resource": "db"} if of_stack else {}
    wanted = spec.parse({"container": "db", "image": "x", "volumes": [mount], **stack})
    engine: Any = Volumes("there")
    own_volumes.create_missing(engine, wanted)
    assert engine.bodies == bodies
