# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the Ansible user that win over the stack's of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.resolve.plan import Plan, Variable
from vigo_bridge.wording import some

#: More hosts than this are counted, not named.


def note_overrides(
    plan: Plan, users: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]
) -> tuple[Diagnostic, ...]:
    """A note for each variable of the stack that some hosts get from the user's inventory.

    users: by host, the variables that the user gave it. settings: of `--set`, which win again.
    """
    hosts: dict[tuple[str, str], list[str]] = {}
    known: dict[tuple[str, str], Variable] = {}
    for group in plan.groups:
        for variable in group.variables:
            key = (variable.name, str(variable.position))
            known[key] = variable
            for host in group.hosts:
                if variable.name in users.get(host, {}) and variable.name not in settings:
                    hosts.setdefault(key, []).append(host)
    diagnostics = Diagnostics()
    for key, overriding in hosts.items():
        diagnostics.note(
            "VB310",
            known[key].position,
            f"the Ansible inventory sets {key[0]!r} too, and wins, for {some(overriding)}",
            "`vigo-bridge config trace HOST -i INVENTORY` shows both values",
        )
    return diagnostics.sorted()
