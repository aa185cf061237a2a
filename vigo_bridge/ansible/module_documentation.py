# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries Ansible about modules: whether one can be a resource, and its options.

Ansible is imported for the first query: most stacks need none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class ModuleFacts:
    """options: by name, as the module documents them; None if it documents none.

    problem, advice: why it cannot be a resource, and what to do; empty if it can.
    """

    options: Mapping[str, Mapping[str, Any]] | None = None
    problem: str = ""
    advice: str = ""


@cache
def facts_of(name: str) -> ModuleFacts:
    """Return the facts about the module with a full name."""
    from ansible_collections.vigo.bridge.plugins.plugin_utils.foreign_modules import (
        Refused,
        module_named,
    )
    from vigo_bridge.ansible.ansible_compat import documented_options, plugins

    with plugins():
        try:
            module = module_named(name)
        except Refused as refused:
            return ModuleFacts(problem=refused.message, advice=refused.advice)
        return ModuleFacts(documented_options(name, module.path))
