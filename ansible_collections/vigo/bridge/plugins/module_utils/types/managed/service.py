# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of the machine's service manager. Pure."""

from __future__ import annotations

import re
from typing import Any, Mapping

from ...common.dataclass import dataclass, replace
from ...common.errors import Problems, ResourceError
from ...common.switches import is_on
from ..descriptor import Attribute
from .managers import service_manager
from .modules import ALWAYS, SERVICES, UNITS
from .plan import Plan, Step

ATTRIBUTES = (
    Attribute("service", "str", required=True, plain=True),
    Attribute("state", "str", default="running", choices=("running", "stopped", *ALWAYS)),
    Attribute("enabled", "bool"),
    Attribute("restart_command", "str", secrets=True),
    Attribute("reload_command", "str", secrets=True),
)
#: By state: its name in the modules, and the action to report for a change to it.
_STATES = {
    "running": ("started", "started"),
    "stopped": ("stopped", "stopped"),
    "restarted": ("restarted", "restarted"),
    "reloaded": ("reloaded", "updated"),
}
_COMMANDS = {"restarted": "restart_command", "reloaded": "reload_command"}


@dataclass(frozen=True)
class Service:
    """The wanted state of a service. enabled: None leaves that as it is. commands: by state."""

    name: str
    state: str
    enabled: bool | None
    commands: Mapping[str, str]

    def steps(self, manager: str, triggered: bool) -> tuple[Step, ...]:
        """Return what to do with a service manager."""
        if self.state in ALWAYS:
            enable = () if self.enabled is None else (self._use(manager, ""),)
            return (*enable, self._act(manager, self.state))
        first = self._use(manager, self.state)
        if not triggered or self.state != "running":
            return (first,)
        return (first, self._act(manager, "restarted", unless_changed=True))

    def _use(self, manager: str, state: str) -> Step:
        args: dict[str, Any] = {"name": self.name}
        action = ""
        if state:
            args["state"], action = _STATES[state]
        if self.enabled is not None:
            args["enabled"], action = self.enabled, ""
        return Step(SERVICES[manager], args, action=action)

    def _act(self, manager: str, state: str, unless_changed: bool = False) -> Step:
        word, action = _STATES[state]
        reason = "" if action == word else word
        step = Step(action=action, reason=reason, acts=True, unless_changed=unless_changed)
        command = self.commands.get(state, "")
        if command:
            return replace(step, command=command)
        args: dict[str, Any] = {"name": self.name, "state": word}
        if manager == "systemd":
            args["daemon_reload"] = True  # the trigger may come from its unit file
        return replace(step, module=SERVICES[manager], args=args)


def parse(attributes: Mapping[str, Any]) -> Plan:
    """Return what is wanted. Raise ResourceError for invalid attributes."""
    given = {name: value for name, value in attributes.items() if value not in (None, "")}
    problems = Problems()
    name = problems.of("service", _name, str(given.get("service", "")).strip())
    state = problems.of("state", _state, str(given.get("state", "running")))
    enabled = None
    if "enabled" in given:
        enabled = problems.of("enabled", is_on, given["enabled"], "enabled")
    commands = {
        on: str(given[attribute]) for on, attribute in _COMMANDS.items() if attribute in given
    }
    if state:
        with problems.collected():
            _check_commands(commands, state)
    problems.refuse()
    service = Service(name, state, enabled, commands)
    return Plan(service_manager, service.steps, UNITS, only_triggered=state in ALWAYS)


def _name(name: str) -> str:
    if not name:
        raise ResourceError("service is missing or empty", "add the name of the service")
    if name.startswith("-") or re.search(r"[\s/*?\[]", name):
        raise ResourceError(f"service: invalid name {name!r}", "write the name of one service")
    return name


def _state(state: str) -> str:
    if state not in _STATES:
        raise ResourceError(f"state: {state!r} is not one of {', '.join(_STATES)}")
    return state


def _check_commands(commands: Mapping[str, str], state: str) -> None:
    usable = {"running": ("restarted",), "stopped": ()}.get(state, (state,))
    for on in commands:
        if on not in usable:
            name = _COMMANDS[on]
            raise ResourceError(
                f"{name} has no effect with state {state}", f"remove {name}", place=(name,)
            )
