# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of GPUs in docs/containers.md requests what the page says."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.device_requests import (  # noqa: E501
    ALL,
    DeviceRequest,
)
from tests.unit.docs.example import resources


def test_the_example(tmp_path: Path) -> None:
    found = {
        resource.id: spec.parse(resource.attributes).settings
        for resource in resources("containers.md", tmp_path, 1)
    }
    every, one, by_name = (found[f"shop/{name}"] for name in ("all-gpus", "one-gpu", "by-name"))
    assert every.device_requests == (DeviceRequest("", ALL, (), (("gpu",),)),)
    assert one.device_requests == (DeviceRequest("nvidia", 0, ("0",), (("gpu",),)),)
    assert by_name.devices == ("nvidia.com/gpu=0",)
