# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a container before a rollout changes it, and what restoring that does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Decision
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import former
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import steps
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.use import HOST, engine_with, in_use
from tests.unit.module_utils.types.container.specs import parse

#: what was done -> whether later changes are undone with it
DONE: list[tuple[list[str], bool]] = [
    ([], False),
    (["started"], False),
    (["stopped"], False),
    (["restarted", "stopped"], False),
    (["created"], True),
    (["replaced"], True),
    (["created", "started"], True),
    (["stopped", "replaced"], True),
]


@pytest.mark.parametrize(("done", "expected"), DONE, ids=str)
def test_what_undoes_later_changes(done: list[str], expected: bool) -> None:
    assert former.undoes_all({"done": done}) is expected


_SAME = "it is already in its former state"
#: what was done, whether it runs now -> action, reason, and whether it runs then
RESTORED = [
    ("started", True, "stopped", "it was not running", False),
    ("started", False, "none", _SAME, False),
    ("stopped", False, "started", "it was running", True),
    ("stopped", True, "none", _SAME, True),
    ("restarted", True, "restarted", "it was restarted by the rollout", True),
]


@pytest.mark.parametrize(("done", "runs", "action", "reason", "then"), RESTORED)
def test_restore(done: str, runs: bool, action: str, reason: str, then: bool) -> None:
    memory = engine_with({"container": "app"})
    box = memory.box("app")
    assert box is not None
    if not runs:
        memory.request("POST", f"/containers/{box.id}/stop", 10.0)
    state: dict[str, Any] = {
        "container": "app",
        "docker_host": HOST,
        "id": box.id,
        "running": done != "started",
        "done": [done],
        "settings": {},
    }
    with in_use(memory):
        decision = former.restore(state, Target(False, Secrets({})))
    assert (decision.action, decision.reason) == (action, reason)
    assert box.is_up is then


#: the steps -> what is noted of them; None if they cannot be undone
NOTED: list[tuple[list[Any], list[str] | None]] = [
    ([], []),
    ([steps.Create(True)], ["created"]),
    ([steps.CreateNetwork("n"), steps.Create(False)], ["created"]),
    ([steps.Replace(True)], ["replaced"]),
    ([steps.Replace(False)], None),
    ([steps.StartBeside()], ["replaced"]),
    ([steps.Stop(), steps.Await(), steps.Start()], ["stopped", "started"]),
    ([steps.Restart()], ["restarted"]),
    ([steps.Kill()], None),
    ([steps.Remove(False)], None),
    ([steps.Start(), steps.Disconnect("n")], None),
    ([steps.Unpause()], None),
]


@pytest.mark.parametrize(("done", "expected"), NOTED, ids=str)
@pytest.mark.parametrize("runs", [True, False])
def test_what_is_kept(done: list[Any], expected: list[str] | None, runs: bool) -> None:
    container = SimpleNamespace(id="c1", has_process=runs)
    observed = cast(Any, SimpleNamespace(container=container))
    decision = Decision("updated", steps=tuple(done))
    spec = parse({"docker_host": HOST})
    found = former.state_of(spec, observed, decision, cast(Any, None))
    kept = {"container": "app", "docker_host": HOST, "settings": {}}
    if expected is None:
        assert found is None
    else:
        assert found == {**kept, "id": "c1", "running": runs, "done": expected}


def test_what_is_kept_of_no_container() -> None:
    observed = cast(Any, SimpleNamespace(container=None))
    decision = Decision("created", steps=(steps.Create(True),))
    found = former.state_of(parse({}), observed, decision, cast(Any, None))
    assert found is not None
    assert (found["id"], found["running"]) == ("", False)


def test_settings_are_kept_as_they_were() -> None:
    """Only those that change, and that the engine reports."""
    raw = {"HostConfig": {"Memory": 5, "NanoCpus": 7}}
    engine = cast(
        Any, SimpleNamespace(raw_container=lambda number: raw if number == "c1" else None)
    )
    container = SimpleNamespace(id="c1", has_process=True)
    observed = cast(Any, SimpleNamespace(container=container, existing=container))
    decision = Decision("updated", steps=(steps.Update({"Memory": 9, "PidsLimit": 3}),))
    found = former.state_of(parse({}), observed, decision, engine)
    assert found is not None
    assert (found["done"], found["settings"]) == ([], {"Memory": 5})


def given(**more: Any) -> dict[str, Any]:
    return {"container": "app", "docker_host": HOST, "running": True, "settings": {}, **more}


#: the state, whether the container exists -> the decision, or the error
OUTCOMES: list[tuple[dict[str, Any], bool, str]] = [
    (given(id="", done=[]), True, "none: it changed together with another container"),
    (given(id="", done=["created"]), False, "none: it does not exist, as before"),
    (
        given(id="", done=["created"]),
        True,
        "container app was not created by this stack, so it is not removed",
    ),
    (
        given(id="other", done=["started"]),
        True,
        "container app was replaced by something else, so it cannot be restored",
    ),
    (
        given(id="gone", done=["started"]),
        False,
        "container app was replaced by something else, so it cannot be restored",
    ),
    (
        given(id="ID", done=[], settings={"Memory": 64 << 20}),
        True,
        "updated: the former settings were restored",
    ),
]


@pytest.mark.parametrize(("state", "exists", "expected"), OUTCOMES)
def test_outcomes(state: dict[str, Any], exists: bool, expected: str) -> None:
    memory = engine_with({"container": "app"})
    box = memory.box("app")
    assert box is not None
    if state["id"] == "ID":
        state = {**state, "id": box.id}
    if not exists:
        memory.request("DELETE", f"/containers/{box.id}?force=true", 10.0)
    with in_use(memory):
        try:
            decision = former.restore(state, Target(False, Secrets({})))
            found = f"{decision.action}: {decision.reason}"
        except ResourceError as error:
            found = error.message
    assert found == expected


def test_only_what_was_replaced_is_discarded() -> None:
    """Nothing is asked of an engine otherwise."""
    former.discard_former({"done": ["started"], "docker_host": "tcp://no.such"}, Target())
