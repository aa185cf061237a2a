# SPDX-License-Identifier: GPL-3.0-or-later
"""A dependency must be settled before its dependents are applied, even if it was not changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import parse_resources
from ansible_collections.vigo.bridge.plugins.module_utils.converge.passes import Convergence, Wanted
from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    Behaviour,
    Decision,
    Outcome,
    Pending,
    Turn,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.descriptor import TYPE as EXEC
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target


class Service(Behaviour):
    """Services that are there already; those with the command ``sick`` never get well."""

    type = EXEC

    def __init__(self) -> None:
        self.awaited: list[str] = []

    def parse(self, attributes: Mapping[str, Any]) -> str:
        return str(attributes["command"])

    def observe(self, spec: str, target: Target) -> None:
        return None

    def decide(self, spec: str, observed: None, turn: Turn) -> Decision:
        if turn.awaited:
            return Decision("none", steps=("wait",))
        return Decision("none", note=f"{spec} is left alone")

    def act(self, spec: str, observed: None, decision: Decision, target: Target) -> Pending:
        assert decision.steps == ("wait",)
        self.awaited.append(spec)

        def settled() -> Outcome:
            if spec.startswith("sick"):
                raise ResourceError("it does not get well", log="aah")
            return Outcome()

        return Pending(settled)


class Run:
    """One run of services. awaited: those that were waited for, in order."""

    def __init__(
        self, resources: Sequence[Mapping[str, Any]], *, check: bool = False, only: Sequence[str]
    ) -> None:
        service, target = Service(), Target(check)
        entries = [{"type": "exec", "command": entry["id"], **entry} for entry in resources]
        self.results: list[Result] = Convergence(
            Wanted(parse_resources(entries), only=only),
            {"exec": service},
            target,
            Journal(StateFolder("/no/such", check_mode=True), "journal"),
            Facts(),
        ).run()
        self.awaited = service.awaited
        self.notes = target.notes
        self.actions = {result.id: result.action for result in self.results}


DATABASE = {"id": "c/db"}
SICK = {"id": "c/db", "command": "sick"}
APP = {"id": "c/app", "depends_on": ["db"]}

#: resources, what `only` names; who is waited for, and the actions
RUNS: dict[str, tuple[list[dict[str, Any]], list[str], list[str], dict[str, str]]] = {
    "alone": ([SICK], [], [], {"c/db": "none"}),
    "beside another": (
        [SICK, {"id": "c/app"}],
        [],
        [],
        {"c/db": "none", "c/app": "none"},
    ),
    "a dependency that is well": ([DATABASE, APP], [], ["c/db"], {"c/db": "none", "c/app": "none"}),
    "a dependency that is not": (
        [SICK, APP],
        [],
        ["sick"],
        {"c/db": "failed", "c/app": "skipped"},
    ),
    "written the other way round": (
        [{**SICK, "before": ["app"]}, {"id": "c/app"}],
        [],
        ["sick"],
        {"c/db": "failed", "c/app": "skipped"},
    ),
    "by a trigger": (
        [{**SICK, "notify": ["app"]}, {"id": "c/app"}],
        [],
        ["sick"],
        {"c/db": "failed", "c/app": "skipped"},
    ),
    "over another": (
        [SICK, APP, {"id": "c/web", "depends_on": ["app"]}],
        [],
        ["sick"],
        {"c/db": "failed", "c/app": "skipped", "c/web": "skipped"},
    ),
    "what is only checked": (
        [SICK, APP],
        ["c/app"],
        ["sick"],
        {"c/db": "failed", "c/app": "skipped"},
    ),
    "what depends on it is left out": (
        [SICK, APP],
        ["c/db"],
        [],
        {"c/db": "none", "c/app": "skipped"},
    ),
}


@pytest.mark.parametrize(("resources", "only", "awaited", "actions"), RUNS.values(), ids=RUNS)
def test_what_others_depend_on_is_waited_for(
    resources: list[dict[str, Any]], only: list[str], awaited: list[str], actions: dict[str, str]
) -> None:
    run = Run(resources, only=only)
    assert (run.awaited, run.actions) == (awaited, actions)
    for result in run.results:
        if result.failed:
            assert result.error == {"message": "it does not get well", "log": "aah"}


@pytest.mark.parametrize(("resources", "only"), [row[:2] for row in RUNS.values()], ids=RUNS)
def test_a_prediction_waits_for_nothing_but_says_it(
    resources: list[dict[str, Any]], only: list[str]
) -> None:
    run = Run(resources, check=True, only=only)
    assert run.awaited == []
    assert "failed" not in run.actions.values()
    assert f"{resources[0].get('command', 'c/db')} is left alone" in run.notes


class Slow(Service):
    """Services that take a while to start; each is started whenever it has its turn."""

    def decide(self, spec: str, observed: None, turn: Turn) -> Decision:
        return Decision("ran", steps=("start",))

    def act(self, spec: str, observed: None, decision: Decision, target: Target) -> Pending:
        self.awaited.append(f"start {spec}")

        def settled() -> Outcome:
            self.awaited.append(f"up {spec}")
            return Outcome()

        return Pending(settled)


#: the second resource, after c/a -> what happens in the main pass
ORDERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing between them": ({"id": "d/b"}, ["start c/a", "start d/b", "up c/a", "up d/b"]),
    "it needs the first": (
        {"id": "d/b", "depends_on": ["c/a"]},
        ["start c/a", "up c/a", "start d/b", "up d/b"],
    ),
    "it triggers the first": (
        {"id": "d/b", "notify": ["c/a"]},
        ["start c/a", "up c/a", "start d/b", "up d/b"],
    ),
    "the first triggers it": (
        {"id": "d/b", "subscribes": ["c/a"]},
        ["start c/a", "up c/a", "start d/b", "up d/b"],
    ),
}


@pytest.mark.parametrize(("second", "expected"), ORDERS.values(), ids=ORDERS)
def test_what_is_settled_before_another_starts(
    second: dict[str, Any], expected: list[str], tmp_path: Path
) -> None:
    slow = Slow()
    entries = [
        {"type": "exec", "command": entry["id"], **entry} for entry in ({"id": "c/a"}, second)
    ]
    Convergence(
        Wanted(parse_resources(entries)),
        {"exec": slow},
        Target(),
        Journal.load(StateFolder(str(tmp_path / "state")), "site"),
        Facts(),
    ).run()
    assert slow.awaited[:4] == expected
