# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries Ansible about modules: whether one can be a resource, and its options.

Ansible is imported for the first query: most stacks need none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ModuleFacts:
    """What Ansible says about a module.

    options: by name, as the module documents them; None if it documents none. problem, advice: why
    it cannot be a resource, and what to do; empty if it can.
    """

    options: Mapping[str, Mapping[str, Any]] | None = None
    problem: str = ""
    advice: str = ""


#: By full name: the facts, and the module's file with its state.
_known: dict[str, tuple[ModuleFacts, Path | None, object]] = {}


def facts_of(name: str) -> ModuleFacts:
    """Return the facts about the module with a full name. They are looked up once."""
    if name not in _known:
        facts, file = _looked_up(name)
        _known[name] = facts, file, _state(file)
    return _known[name][0]


def forget_changed_modules() -> None:
    """Let modules that were changed, removed or unusable be looked up again."""
    for name, (_, file, state) in list(_known.items()):
        if state is None or state != _state(file):
            del _known[name]


def _looked_up(name: str) -> tuple[ModuleFacts, Path | None]:
    """Return the facts, and the module's file if it can be a resource."""
    from ansible_collections.vigo.bridge.plugins.plugin_utils.foreign_modules import (
        Refused,
        module_named,
    )
    from vigo_bridge.ansible.ansible_compat import documented_options, plugins

    with plugins():
        try:
            module = module_named(name)
        except Refused as refused:
            return ModuleFacts(problem=refused.message, advice=refused.advice), None
        return ModuleFacts(documented_options(name, module.path)), Path(module.path)


def _state(file: Path | None) -> object:
    """Return what changes when a file is written or replaced; None if it does not exist."""
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return found and (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
