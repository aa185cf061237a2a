# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes that are created before the container, and those that exist with other settings."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import own_volumes, spec
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import applied

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


class Existing(Volumes):
    """An engine with one volume. shown: what it shows of it."""

    def __init__(self, **shown: Any) -> None:
        super().__init__("v")
        self._shown = shown

    def volume(self, name: str) -> dict[str, Any] | None:
        found = super().volume(name)
        return None if found is None else {**found, **self._shown}


#: The settings in the mount, what the engine shows of the volume, and what the note says of it.
REMARKS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"Driver": "nfs"}, ""),
    ({"labels": {"a": "b"}}, {"Driver": "nfs"}, ""),
    ({"driver_config": {"options": NFS}}, {"Driver": "local", "Options": NFS}, ""),
    ({"driver_config": {"options": NFS}}, {"Options": {**NFS, "more": "1"}}, ""),
    ({"driver_config": {"options": {"uid": 5}}}, {"Options": {"uid": 5}}, ""),
    ({"driver_config": {"name": "rclone"}}, {"Driver": "rclone"}, ""),
    ({"driver_config": {"name": "rclone"}}, {"Driver": "local"}, "the driver local, not rclone"),
    (
        {"driver_config": {"options": NFS}},
        {"Driver": "local", "Options": None},
        "other values of the options device, o, type",
    ),
    (
        {"driver_config": {"options": NFS}},
        {"Options": {**NFS, "device": ":/other"}},
        "another value of the option device",
    ),
    (
        {"driver_config": {"options": {"o": "rw"}}},
        {"Driver": "nfs", "Options": {"o": "ro"}},
        "the driver nfs, not local, and another value of the option o",
    ),
]


@pytest.mark.parametrize(("settings", "shown", "said"), REMARKS)
def test_existing_volumes_that_differ(
    settings: dict[str, Any], shown: dict[str, Any], said: str
) -> None:
    """Values are not in the note: they can be passwords."""
    mount = {"source": "v", "target": "/v", "volume": settings}
    wanted = spec.parse({"container": "db", "image": "x", "volumes": [mount]})
    engine: Any = Existing(**shown)
    remarks = [*own_volumes.remarks(engine, wanted)]
    expected = (
        f"volume v already exists with {said}. It stays as it is, because recreating it would"
        " delete its data. To use the settings of the mount, choose another name, or save the data"
        " and remove the volume with `docker volume rm v` first"
    )
    assert remarks == ([expected] if said else [])


@pytest.mark.parametrize("check", [False, True])
def test_the_note_of_a_container(check: bool) -> None:
    """The container is not changed because of it, and the volume is not touched."""
    memory = InMemoryEngine()
    memory.have("redis:7-alpine")
    made: dict[str, Any] = {"container": "db", "volumes": "v:/v"}
    assert applied(memory, made).action == "created"
    memory.request("POST", "/volumes/create", 1.0, body={"Name": "v"})
    mount = {"source": "v", "target": "/v", "volume": {"driver_config": {"options": NFS}}}
    notes: list[str] = []
    result = applied(memory, {**made, "volumes": [mount]}, check=check, notes=notes)
    assert result.action == "none"
    assert [note[:24] for note in notes] == ["volume v already exists "]
    gone: list[str] = []
    absent = {"container": "db", "volumes": [mount], "state": "absent"}
    assert applied(memory, absent, check=check, notes=gone).action == "deleted"
    assert gone == []
