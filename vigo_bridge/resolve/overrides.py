# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports variables of the Ansible user with the names of the stack's variables: which ones
override them, and which are not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.resolve.plan import Plan, Variable
from vigo_bridge.wording import some


def note_overrides(
    plan: Plan, users: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]
) -> tuple[Diagnostic, ...]:
    """Return a note for each variable of the stack that the user's inventory overrides on some
    hosts.

    users: by host, the variables that the user set. settings: of `--set`, which override these.
    """
    diagnostics = Diagnostics()
    for variable, hosts in _met(plan, users, settings):
        diagnostics.note(
            "VB310",
            variable.position,
            f"the Ansible inventory also sets {variable.name!r}, and overrides it for"
            f" {some(hosts)}",
            "`vigo-bridge config trace HOST -i INVENTORY` shows both values",
        )
    return diagnostics.sorted()


def warn_of_reserved(
    plan: Plan, users: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]
) -> tuple[Diagnostic, ...]:
    """Return a warning for each variable of the user that is not used because Ansible reserves its
    name.

    users: by host, the variables with such names that the user set.
    """
    diagnostics = Diagnostics()
    for variable, hosts in _met(plan, users, settings):
        diagnostics.warning(
            "VB311",
            variable.position,
            f"the Ansible inventory also sets {variable.name!r} for {some(hosts)}, but Ansible"
            " reserves this name, so it is not used",
            f"rename the variable in both, for example to app_{variable.name}",
        )
    return diagnostics.sorted()


def _met(
    plan: Plan, users: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]
) -> Iterator[tuple[Variable, list[str]]]:
    """Yield the stack's variables that the user also set for some hosts, with these hosts."""
    hosts: dict[tuple[str, str], list[str]] = {}
    known: dict[tuple[str, str], Variable] = {}
    for group in plan.groups:
        for variable in group.variables:
            key = (variable.name, str(variable.position))
            known[key] = variable
            for host in group.hosts:
                if variable.name in users.get(host, {}) and variable.name not in settings:
                    hosts.setdefault(key, []).append(host)
    for key, overriding in hosts.items():
        yield known[key], overriding
