# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a host's containers and its last run as types, read from what a host returns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Mapping

from .checked_data import Checked, optional, required

_LONGEST_NAME = 16 * 1024
_STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
_HEALTHS = ("", "starting", "healthy", "unhealthy")
_OUTCOMES = ("converged", "changed", "failed")


@dataclass(frozen=True)
class ContainerState:
    """One container, see the return values of vigo.bridge.stack_info."""

    resource: str
    engine: str
    name: str
    id: str
    image: str
    digest: str
    state: str
    health: str
    exit_code: int
    restarts: int
    started_at: str
    up_s: int | None
    ports: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ports": list(self.ports)}


@dataclass(frozen=True)
class LastRun:
    """The last run of a stack on a host, see the return values of vigo.bridge.stack_info."""

    at: str
    by: str
    outcome: str
    changed: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def container_state(raw: Any, where: str, checked: Checked) -> ContainerState:
    """Return the state of a container. Raise InvalidData."""
    value = checked.mapping(raw, where)

    def text(name: str) -> str:
        return checked.text(required(value, name, where), f"{where}.{name}", _LONGEST_NAME)

    def integer(name: str) -> int:
        return checked.integer(required(value, name, where), f"{where}.{name}")

    def choice(name: str, choices: tuple[str, ...]) -> str:
        return checked.choice(required(value, name, where), f"{where}.{name}", choices)

    return ContainerState(
        resource=text("resource"),
        engine=text("engine"),
        name=text("name"),
        id=text("id"),
        image=text("image"),
        digest=text("digest"),
        state=choice("state", _STATES),
        health=choice("health", _HEALTHS),
        exit_code=integer("exit_code"),
        restarts=integer("restarts"),
        started_at=text("started_at"),
        up_s=optional(value, "up_s", lambda up: checked.integer(up, f"{where}.up_s"), None),
        ports=checked.texts(required(value, "ports", where), f"{where}.ports"),
    )


def last_run(raw: Any, where: str, checked: Checked) -> LastRun:
    """Return the last run. Raise InvalidData."""
    value: Mapping[str, Any] = checked.mapping(raw, where)

    def text(name: str) -> str:
        return checked.text(required(value, name, where), f"{where}.{name}", _LONGEST_NAME)

    return LastRun(
        at=text("at"),
        by=text("by"),
        outcome=checked.choice(required(value, "outcome", where), f"{where}.outcome", _OUTCOMES),
        changed=checked.integer(required(value, "changed", where), f"{where}.changed"),
    )
