# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what a host gets, and which line of the stack defines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vigo_bridge.app.hosts import known_hosts
from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.stack_loading import load_valid, planned
from vigo_bridge.failures import Failure
from vigo_bridge.language.diagnostics import did_you_mean
from vigo_bridge.resolve.trace import Trace
from vigo_bridge.resolve.trace import trace as traced


def trace_of(host: str, options: StackOptions, inventory: Sequence[str], output: str) -> Trace:
    """Return what a host gets, and what defines it.

    End the command with the errors of the stack.
    """
    stack = load_valid(options, output)
    usable, reserved = _variables(host, inventory)
    plan = planned(stack, options, [host], output)
    return traced(stack, plan, options.settings, usable, reserved)


def _variables(host: str, inventory: Sequence[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return this host's variables in the user's inventory: usable ones, and those with reserved
    names.
    """
    if not inventory:
        return {}, {}
    hosts, users = known_hosts(inventory)
    if host not in hosts:
        advice = did_you_mean(host, hosts) or "`ansible-inventory --graph` shows what it holds"
        raise Failure(f"the inventory {', '.join(inventory)} has no host {host!r}; {advice}")
    return users.usable.get(host, {}), users.reserved.get(host, {})


def with_variable(found: Trace, name: str) -> Trace:
    """Return the same with only one variable."""
    variables = tuple(variable for variable in found.variables if variable.name == name)
    if not variables:
        names = [variable.name for variable in found.variables]
        advice = did_you_mean(name, names) or f"find it in other files with `config search {name}`"
        raise Failure(f"{found.host} has no variable {name!r}; {advice}")
    return replace(found, variables=variables)
