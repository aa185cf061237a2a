# SPDX-License-Identifier: GPL-3.0-or-later
"""GPUs and other devices that a driver provides."""

from __future__ import annotations

from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.devices import (
    DRIVER,
)
from vigo_bridge.compose.conversion.job import Job
from vigo_bridge.compose.model import DeviceRequest
from vigo_bridge.compose.text import Text


def devices(job: Job, texts: tuple[Text, ...]) -> None:
    """Add devices by their path or name."""
    names = [job.plain("devices", text) for text in texts]
    job.attributes.setdefault("devices", []).extend(name for name in names if name)


def requests(job: Job, key: str, found: tuple[DeviceRequest, ...]) -> None:
    """Set the attributes for requests of a key of the service."""
    for request in found:
        if str(request.driver or "") == DRIVER:
            names = [job.plain(key, name) for name in request.device_ids]
            job.attributes.setdefault("devices", []).extend(name for name in names if name)
        else:
            content = _content(job, key, request)
            if list(content) == ["count", "capabilities"] and content["capabilities"] == ["gpu"]:
                job.attributes.setdefault("gpus", []).append({"count": content["count"]})
            else:
                job.attributes.setdefault("device_requests", []).append(content)
    if job.attributes.get("gpus") == [{"count": "all"}]:
        job.attributes["gpus"] = "all"


def _content(job: Job, key: str, request: DeviceRequest) -> dict[str, Any]:
    def rendered(texts: tuple[Text, ...]) -> list[str]:
        return [text for text in (job.plain(key, each) for each in texts) if text]

    groups = [rendered(group) for group in request.capabilities]
    count = request.count
    content = {
        "driver": job.plain(key, request.driver) if request.driver else None,
        "count": job.plain(key, count) if count else None if request.device_ids else "all",
        "device_ids": rendered(request.device_ids),
        "capabilities": groups[0] if len(groups) == 1 else groups,
        "options": {name: job.plain(key, text) if text else "" for name, text in request.options},
    }
    return {name: value for name, value in content.items() if value}
