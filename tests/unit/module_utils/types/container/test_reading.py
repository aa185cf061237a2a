# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that are read from real containers; they are in reading.yml."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.label import plain
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    existing_of,
)
from tests.yaml_files import read_yaml

HERE = Path(__file__).parent
READ: dict[str, dict[str, Any]] = read_yaml(HERE / "reading.yml")


@pytest.mark.parametrize("name", READ)
def test_settings(name: str) -> None:
    payload = json.loads((HERE / "payloads" / f"{name}.json").read_text())
    container = existing_of(payload)
    assert container is not None
    settings = container.settings
    values = {one.name: getattr(settings, one.name) for one in dataclasses.fields(settings)}
    assert {key: plain(value) for key, value in values.items() if value} == READ[name]


def test_what_a_container_is() -> None:
    payload = json.loads((HERE / "payloads/docker-20.10-rich.json").read_text())
    container = existing_of(payload)
    assert container is not None
    assert (container.id, container.name) == (payload["Id"], payload["Name"].lstrip("/"))
    assert (container.status, container.started_at) == (
        payload["State"]["Status"],
        payload["State"]["StartedAt"],
    )
    assert container.image_id == payload["Image"]
    assert container.auto_remove is payload["HostConfig"]["AutoRemove"]
    assert container.network_mode == payload["HostConfig"]["NetworkMode"]
    assert container.labels == payload["Config"]["Labels"]
    assert container.restart_count == payload["RestartCount"]
    assert container.exit_code == payload["State"]["ExitCode"]
    assert container.recorded is None
