# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources with `revert: true`: in their place stands what undoes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES, undoing
from vigo_bridge.language.model import Case, Resource
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.values import Scalar, Value


def reverted(resource: Resource, on_revert: Scalar | None, reader: Reader) -> Resource:
    """Return the resource that undoes another. Report where there is nothing that does."""
    position = reader.key_position("revert")
    command = on_revert.text if on_revert is not None else ""
    try:
        kind, given = undoing(TYPES[resource.type], {}, command)
    except ResourceError as error:
        reader.diagnostics.error("VB501", position, error.problem, error.advice)
        return resource
    added = {name: _scalar(value, resource) for name, value in given.items()}
    if kind.name == resource.type and not command:
        attributes, case = {**resource.attributes, **added}, _with(resource.case, added)
        return replace(resource, attributes=attributes, case=case, reverts=True)
    assert on_revert is not None
    return replace(
        resource,
        type=kind.name,
        name=_name(resource),
        attributes={kind.key: on_revert},
        case=None,
        template=True,
        reverts=True,
    )


def _with(case: Case | None, added: Mapping[str, Value]) -> Case | None:
    if case is None:
        return None
    arms = {value: {**arm, **added} for value, arm in case.arms.items()}
    return Case(case.subject, arms, {**case.default, **added})


def _name(resource: Resource) -> Scalar | None:
    """Return the name that other resources use, which the type may have given."""
    if resource.name is not None and resource.name.text.strip():
        return resource.name
    key = resource.attributes.get(TYPES[resource.type].key)
    if not isinstance(key, Scalar):
        return resource.name
    text = f"{resource.type}:{key.text}"
    return Scalar(text, text, key.position)


def _scalar(value: Any, resource: Resource) -> Scalar:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Scalar(text, value, resource.position)
