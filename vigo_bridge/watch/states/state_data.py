# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the state of a fleet to data for a JSON file, and back. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LARGEST_OF_OURS,
    Checked,
    required,
)
from vigo_bridge.watch.states.differences import Difference
from vigo_bridge.watch.states.model import (
    Condition,
    Drift,
    FleetState,
    HostState,
    Problem,
    ProblemState,
    ResourceState,
)
from vigo_bridge.watch.states.retries import Retry

Choice = TypeVar("Choice", bound=Enum)


def state_as_data(state: FleetState) -> dict[str, Any]:
    """Return a state as data."""
    return {
        "turn": state.turn,
        "revision": state.revision,
        "good_turn": state.good_turn,
        "problems": [problem_as_data(one) for one in state.problems],
        "hosts": {name: host_as_data(host) for name, host in state.hosts.items()},
    }


def state_from_data(data: Any) -> FleetState:
    """Return the state of data from `state_as_data`. Raise InvalidData."""
    checked = Checked(LARGEST_OF_OURS)
    fields = _Fields(checked.mapping(data, "it"), "", checked)
    hosts = checked.mapping(required(fields.data, "hosts"), "hosts")
    return FleetState(
        hosts={
            checked.text(name, "hosts"): _host(host, f"hosts.{name:.100}", checked)
            for name, host in hosts.items()
        },
        problems=tuple(_problem(item, place, checked) for place, item in fields.items("problems")),
        turn=fields.integer("turn"),
        revision=fields.text("revision"),
        good_turn=fields.text("good_turn"),
    )


def problem_as_data(problem: ProblemState) -> dict[str, Any]:
    """Return a problem as data."""
    return {**dataclasses.asdict(problem), "problem": problem.problem.value}


def host_as_data(host: HostState) -> dict[str, Any]:
    """Return the state of a host as data."""
    return {
        **dataclasses.asdict(host),
        "condition": host.condition.value,
        "drift": host.drift.value,
    }


class _Fields:
    """A mapping whose values are read by name. Raise InvalidData for a wrong or missing one."""

    def __init__(self, data: Mapping[str, Any], where: str, checked: Checked) -> None:
        self.data = data
        self._where = where
        self._checked = checked

    def text(self, name: str) -> str:
        return self._checked.text(self._value(name), self._place(name))

    def integer(self, name: str) -> int:
        return self._checked.integer(self._value(name), self._place(name))

    def flag(self, name: str) -> bool:
        return self._checked.flag(self._value(name), self._place(name))

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        values = [one.value for one in choices]
        return choices(self._checked.choice(self._value(name), self._place(name), values))

    def items(self, name: str) -> list[tuple[str, Any]]:
        return list(self._checked.items(self._value(name), self._place(name)))

    def mapping(self, name: str) -> _Fields:
        data = self._checked.mapping(self._value(name), self._place(name))
        return _Fields(data, self._place(name), self._checked)

    def _value(self, name: str) -> Any:
        return required(self.data, name, self._where)

    def _place(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


def _host(data: Any, where: str, checked: Checked) -> HostState:
    fields = _Fields(checked.mapping(data, where), where, checked)
    retry = fields.mapping("retry")
    return HostState(
        condition=fields.choice("condition", Condition),
        drift=fields.choice("drift", Drift),
        resources=tuple(
            _resource(item, place, checked) for place, item in fields.items("resources")
        ),
        total=fields.integer("total"),
        message=fields.text("message"),
        seen=fields.text("seen"),
        since=fields.text("since"),
        unreachable_since=fields.text("unreachable_since"),
        unreachable_message=fields.text("unreachable_message"),
        retry=Retry(retry.integer("failures"), retry.integer("wait"), retry.text("of")),
    )


def _resource(data: Any, where: str, checked: Checked) -> ResourceState:
    fields = _Fields(checked.mapping(data, where), where, checked)
    return ResourceState(
        id=fields.text("id"),
        action=fields.text("action"),
        reason=fields.text("reason"),
        differences=tuple(
            _difference(item, place, checked) for place, item in fields.items("differences")
        ),
        pending=fields.flag("pending"),
        repaired=fields.flag("repaired"),
        turns=fields.integer("turns"),
        error=fields.text("error"),
        since=fields.text("since"),
        signature=fields.text("signature"),
    )


def _difference(data: Any, where: str, checked: Checked) -> Difference:
    fields = _Fields(checked.mapping(data, where), where, checked)
    return Difference(fields.text("field"), fields.text("old"), fields.text("new"))


def _problem(data: Any, where: str, checked: Checked) -> ProblemState:
    fields = _Fields(checked.mapping(data, where), where, checked)
    return ProblemState(
        fields.choice("problem", Problem),
        fields.text("message"),
        fields.text("since"),
        fields.integer("turns"),
    )
