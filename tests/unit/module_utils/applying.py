# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying one resource on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    Behaviour,
    Turn,
    apply_resource,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target


def apply(
    resource_type: Behaviour,
    attributes: Mapping[str, Any],
    *,
    check: bool = False,
    triggered: bool = False,
    secrets: Mapping[str, str] | None = None,
) -> Result:
    """Apply one resource alone, as a module of Ansible does, and return the result."""
    target = Target(check, Secrets(secrets or {}))
    return apply_resource(
        "it", resource_type, lambda: attributes, target, Turn(triggered=triggered)
    )
