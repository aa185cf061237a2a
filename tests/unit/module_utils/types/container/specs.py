# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse the attributes of a container."""

from __future__ import annotations

from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import ContainerSpec


def parse(attributes: dict[str, Any]) -> ContainerSpec:
    """Parse attributes, to which a name and an image are added."""
    return spec.parse({"container": "app", "image": "x", **attributes})
