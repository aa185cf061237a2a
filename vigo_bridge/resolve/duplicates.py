# SPDX-License-Identifier: GPL-3.0-or-later
"""Two containers of one name for one envoy."""

from __future__ import annotations

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.values import Scalar
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.instances import CrateInstance, Instance


def check_containers(envoy: Envoy, diagnostics: Diagnostics) -> None:
    """A condition or a case on one of the two may separate them; the target then decides."""
    owners: dict[tuple[str, str], Instance] = {}
    for crate in envoy.crates:
        for instance in crate.instances:
            container = instance.resource.attributes.get("container")
            if not isinstance(container, Scalar) or _is_conditional(crate, instance):
                continue
            names = (_known(instance, "container"), _known(instance, "docker_host"))
            owner = owners.setdefault(names, instance)
            if owner is not instance and owner.id != instance.id:
                diagnostics.error(
                    "VB207",
                    container.position,
                    f"container {names[0]!r} is described twice for one envoy: by {owner.id}"
                    f" in {owner.resource.position} and by {instance.id}",
                    "rename one of them, or separate them with 'when'",
                )


def _is_conditional(crate: CrateInstance, instance: Instance) -> bool:
    has_condition = instance.when is not None and instance.when.strip() != "changed"
    return crate.when is not None or has_condition or instance.resource.case is not None


def _known(instance: Instance, attribute: str) -> str:
    """The value at load; the template itself where only the target can tell."""
    value = instance.resource.attributes.get(attribute)
    if not isinstance(value, Scalar):
        return ""
    return instance.known.render_attribute(value, attribute) or value.text
