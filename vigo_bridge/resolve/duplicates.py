# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports two resources of an envoy that manage the same object, or whose names are not
distinguished.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.values import Scalar
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.instances import CrateInstance, Instance


def check_duplicates(envoy: Envoy, diagnostics: Diagnostics) -> None:
    """Report duplicates. If one of two has a condition or a case, the target decides."""
    owners: dict[tuple[str, ...], Instance] = {}
    of_any_case: dict[tuple[str, ...], Instance] = {}
    for crate in envoy.crates:
        for instance in crate.instances:
            kind = TYPES[instance.resource.type]
            key = instance.resource.attributes.get(kind.key)
            is_shared = not kind.unique_by or _is_conditional(crate, instance)
            if is_shared or not isinstance(key, Scalar):
                continue
            names = tuple(_known(instance, attribute) for attribute in kind.unique_by)
            owner = owners.setdefault((kind.name, *names), instance)
            if owner is instance and kind.ignored_case and _known(instance, "state") != "absent":
                _check_case(instance, names, of_any_case, diagnostics)
            if owner is not instance and owner.id != instance.id:
                diagnostics.error(
                    "VB207",
                    key.position,
                    f"{kind.name} {_known(instance, kind.key)!r} is defined twice for one envoy: by"
                    f" {owner.id} in {owner.resource.position} and by {instance.id}",
                    "rename one of them, or separate them with 'when'",
                )


def _check_case(
    instance: Instance,
    names: Sequence[str],
    of_any_case: dict[tuple[str, ...], Instance],
    diagnostics: Diagnostics,
) -> None:
    """Report a resource whose name differs from another one only in case.

    names: the values of `unique_by`. of_any_case: the resources so far, by these in lower case.
    """
    kind = TYPES[instance.resource.type]
    other = of_any_case.setdefault((kind.name, *map(str.lower, names)), instance)
    if other is not instance and other.id != instance.id:
        diagnostics.warning(
            "VB211",
            instance.resource.attributes[kind.key].position,
            f"{kind.name} {_known(instance, kind.key)!r} has the same name as"
            f" {_known(other, kind.key)!r} ({other.id} in {other.resource.position}), except for"
            f" the case: {kind.ignored_case}",
            "rename one of them",
        )


def _is_conditional(crate: CrateInstance, instance: Instance) -> bool:
    has_condition = instance.when is not None and instance.when.strip() != "changed"
    return crate.when is not None or has_condition or instance.resource.case is not None


def _known(instance: Instance, attribute: str) -> str:
    """Return the value when the stack is loaded; the template itself if only the target knows the
    value.
    """
    value = instance.resource.attributes.get(attribute)
    if not isinstance(value, Scalar):
        return ""
    return instance.known.render_attribute(value, attribute) or value.text
