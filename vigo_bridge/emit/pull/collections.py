# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the collections of Ansible that a plan needs on a host besides vigo.bridge."""

from __future__ import annotations

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.resolve.plan import Plan

#: What ansible-core and vigo-bridge bring.
_INSTALLED = ("ansible.builtin", "ansible.legacy", "vigo.bridge")


def needed_collections(plan: Plan) -> list[str]:
    """Return the names of these collections, in alphabetical order.

    Those do not count among whose modules a host chooses, such as those of package managers.
    """
    resources = (
        resource for group in plan.groups for crate in group.crates for resource in crate.resources
    )
    modules = {name for resource in resources for name in TYPES[resource.type].modules}
    return sorted({name.rpartition(".")[0] for name in modules}.difference(_INSTALLED))
