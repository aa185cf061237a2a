# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces resources with `revert: true` by resources that undo them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import ResourceType
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES, undoing
from vigo_bridge.language.model import Case, Resource
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.values import Scalar, Value


def reverted(resource: Resource, on_revert: Scalar | None, reader: Reader) -> Resource:
    """Return the resource that undoes another. Report a resource that cannot be undone."""
    position = reader.key_position("revert")
    command = on_revert.text if on_revert is not None else ""
    try:
        kind, _ = undoing(TYPES[resource.type], {}, command)
    except ResourceError as error:
        reader.diagnostics.error("VB501", position, error.problem, error.advice)
        return resource
    if on_revert is None or not command:
        return replace(
            resource,
            attributes=_undoing(kind, resource.attributes, resource),
            case=_case(kind, resource),
            reverts=True,
        )
    return replace(
        resource,
        type=kind.name,
        name=_name(resource),
        attributes={kind.key: on_revert},
        case=None,
        template=True,
        reverts=True,
    )


def _undoing(
    kind: ResourceType, attributes: Mapping[str, Value], resource: Resource
) -> dict[str, Value]:
    _, changed = undoing(kind, attributes, "")
    return {
        name: value if name not in kind.undoing else _scalar(value, resource)
        for name, value in changed.items()
    }


def _case(kind: ResourceType, resource: Resource) -> Case | None:
    case = resource.case
    if case is None:
        return None
    arms = {value: _undoing(kind, arm, resource) for value, arm in case.arms.items()}
    return Case(case.subject, arms, _undoing(kind, case.default, resource))


def _name(resource: Resource) -> Scalar:
    """Return the name that other resources use, which the type may have given."""
    if resource.name is not None and resource.name.text.strip():
        return resource.name
    key = resource.attributes.get(TYPES[resource.type].key)
    what = key.text if isinstance(key, Scalar) and key.text else resource.position.line
    text = f"{resource.type}:{what}"
    return Scalar(text, text, resource.position)


def _scalar(value: Any, resource: Resource) -> Scalar:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Scalar(text, value, resource.position)
