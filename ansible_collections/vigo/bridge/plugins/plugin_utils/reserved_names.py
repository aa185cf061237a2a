# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that Ansible reserves, which cannot be the names of a user's variables."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from .ansible_compat import given_variables, keywords, names_of_ansibles_variables

#: Ansible also reserves all names with this prefix.
RESERVED_PREFIX = "ansible_"


def reserved_names() -> set[str]:
    """Return keywords of playbooks and variables that Ansible sets itself."""
    return {*keywords(), *names_of_ansibles_variables()}


def is_reserved(name: str) -> bool:
    return name.startswith(RESERVED_PREFIX) or name in reserved_names()


def unused(names: Iterable[str], task_vars: Mapping[str, Any]) -> str:
    """Return a warning of the user's variables that a stack's of the same name hide, or nothing.

    names: of the stack's variables. Variables that Ansible sets itself cannot be the user's.
    """
    reserved = {name for name in names if is_reserved(name)} - names_of_ansibles_variables()
    if not reserved:
        return ""
    found = sorted(name for name in reserved if _is_users(name, task_vars))
    if not found:
        return ""
    shown = ", ".join(map(repr, found))
    example = "app_" + found[0].rpartition(RESERVED_PREFIX)[2]
    return (
        f"your variables named {shown} do not override the stack's variables, because Ansible"
        f" reserves the name; rename both, for example to {example}"
    )


def _is_users(name: str, task_vars: Mapping[str, Any]) -> bool:
    if name in ("environment", "vars") or name.startswith(RESERVED_PREFIX):
        # Ansible adds such names for each task; those of the inventory and -e are here alone.
        return name in given_variables(task_vars)
    return name in task_vars
