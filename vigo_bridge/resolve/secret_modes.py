# SPDX-License-Identifier: GPL-3.0-or-later
"""Warns about files with secrets whose mode allows others to read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.file import mode as file_mode
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.spec import NEW_SECRET_MODE
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.templates import uses
from vigo_bridge.language.values import Scalar
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.instances import Instance
from vigo_bridge.resolve.template_checks import named, texts_of


def warn_of_wide_modes(envoy: Envoy, stack: Stack, diagnostics: Diagnostics) -> None:
    for crate in envoy.crates:
        variables = envoy.namespace.seen_by(crate.included.crate.name)
        for instance in crate.instances:
            if {"content", "mode"} <= set(TYPES[instance.resource.type].options):
                _check(instance, stack, variables, diagnostics)


def _check(
    instance: Instance, stack: Stack, variables: Mapping[str, Any], diagnostics: Diagnostics
) -> None:
    for arm in instance.resource.arms:
        mode = arm.get("mode")
        if not isinstance(mode, Scalar) or not _is_wide(
            instance.known.render_attribute(mode, "mode")
        ):
            continue
        paths = _paths(instance, stack, variables)
        if paths:
            diagnostics.warning(
                "VB605",
                mode.position,
                f"mode {mode.text} allows other users to read the secret"
                f" {', '.join(sorted(paths))}",
                "remove 'mode': files with secrets are 0600",
            )


def _is_wide(written: str | None) -> bool:
    try:
        mode = file_mode.parse(written)
    except ResourceError:
        return False  # another check reports it
    return mode is not None and bool(mode.of(NEW_SECRET_MODE) & 0o077)


def _paths(instance: Instance, stack: Stack, variables: Mapping[str, Any]) -> set[str]:
    """Return the secrets in its content, directly or by variables."""
    found: set[str] = set()
    for text in texts_of(instance, stack):
        if text.attribute == "content":
            found |= secret_references.paths(text.scalar.text)
            for use in uses(text.scalar, instance.item is not None):
                if use.chain[0] == "Vars":
                    found |= secret_references.paths(named(use, variables))
    return found
