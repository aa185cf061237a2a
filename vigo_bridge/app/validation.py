# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates a stack without contacting a host or querying a secret store."""

from __future__ import annotations

from collections.abc import Sequence

from vigo_bridge.app.modules import module_findings
from vigo_bridge.app.options import StackOptions
from vigo_bridge.language import Diagnostic, Stack, load
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.resolve import check
from vigo_bridge.secrets.stores import findings as secret_findings


def validated(options: StackOptions, inventory: Sequence[str]) -> Sequence[Diagnostic]:
    """Return the errors, warnings and notes of a stack, in the order of its files.

    inventory: sources of an Ansible inventory to compare the stack with, if any. Raise Failure
    if Ansible cannot read them.
    """
    stack = load(options.folder)
    found = Diagnostics()
    found.extend(
        (*check(stack, options.settings), *secret_findings(stack), *module_findings(stack))
    )
    if inventory:
        found.extend(_of_hosts(stack, options, inventory))
    return found.sorted()


def _of_hosts(
    stack: Stack, options: StackOptions, inventory: Sequence[str]
) -> tuple[Diagnostic, ...]:
    """Return the findings that depend on the hosts."""
    # Imported here, as most stacks are validated without an inventory.
    from vigo_bridge.app.hosts import known_hosts
    from vigo_bridge.resolve import resolve
    from vigo_bridge.resolve.overrides import note_overrides, warn_of_reserved

    hosts, users = known_hosts(inventory)
    plan, diagnostics = resolve(stack, hosts, options.settings)
    return (
        *diagnostics,
        *note_overrides(plan, users.usable, options.settings),
        *warn_of_reserved(plan, users.reserved, options.settings),
    )
