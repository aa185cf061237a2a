# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module does with a container, and which facts it returns: the cases are in tasks.yml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import facts
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.as_task import (
    ContainerTask,
    parse,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.descriptor import TYPE
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.collection.module_sources import MODULES
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay
from tests.unit.in_memory_engine.use import HOST, applied, in_use
from tests.unit.module_utils.types.container.test_replacing import commands
from tests.yaml_files import read_yaml

CASES = {case["name"]: case for case in read_yaml(Path(__file__).parent / "tasks.yml")}
IMAGES = ("redis:7-alpine", "redis:8-alpine")


def engine_before(case: dict[str, Any]) -> InMemoryEngine:
    memory = InMemoryEngine()
    memory.have(*IMAGES)
    before = case.get("before", {})
    if "made" in before:
        assert applied(memory, {"container": "app", **before["made"]}).action == "created"
    elif before:
        body = {"Image": IMAGES[0], "HostConfig": {}}
        memory.request("POST", "/containers/create?name=app", 1.0, body=body)
    for call in before.get("then", ()):
        memory.request("POST", f"/containers/app/{call}", 1.0)
    return memory


def task(
    memory: InMemoryEngine,
    case: dict[str, Any],
    way: FaultyWay,
    check: bool = False,
    notes: list[str] | None = None,
) -> tuple[Result, Any]:
    """Apply the task of a case, and return its result and facts."""
    defaults = {name: option.get("default") for name, option in TYPE.task_options.items()}
    given = {"container": "app", "image": None, "docker_host": HOST, **defaults, **case["task"]}
    turn = Turn(triggered=bool(given.pop("triggered", False)))
    behaviour = ContainerTask()
    result = applied(memory, given, way, check, turn, notes, behaviour)
    with in_use(memory, way):
        returned = behaviour.describe(given, result, Target(check, Secrets()))
    return result, returned.get("container")


@pytest.mark.parametrize("name", CASES)
def test_task(name: str) -> None:
    case = CASES[name]
    memory = engine_before(case)
    before, way = memory.names(), FaultyWay(memory)
    predicted, expected_facts = task(memory, case, way, check=True)
    assert commands(way) == []
    assert memory.names() == before
    notes: list[str] = []
    result, found = task(memory, case, way, notes=notes)
    assert notes == ([case["note"]] if "note" in case else [])
    assert predicted.action == result.action
    assert predicted.reason == result.reason
    if "error" in case:
        assert result.failed
        assert case["error"] in result.reason
        assert commands(way) == []
        return
    assert result.action == case["action"], result
    assert case.get("reason", result.reason) == result.reason
    if "calls" in case or result.action == "none":
        assert commands(way) == case.get("calls", [])
    box = memory.box("app")
    assert (box.status if box else None) == case["state"]
    check_facts(expected_facts, found, case["state"])
    assert (result.rc, result.output) == (case.get("rc"), case.get("output"))
    shown = result.as_dict().keys() - {"id", "type"}
    assert shown <= MODULES["container"].returned.keys()


def check_facts(expected: Any, found: Any, state: str | None) -> None:
    """Check the facts after a task, and that none was predicted that is not true."""
    assert (found and found["state"]) == state
    assert (expected and expected["state"]) == state
    if expected:
        assert expected.keys() == found.keys()
        known = {name for name, value in expected.items() if value is not None}
        known -= {"up_s", "addresses"}
        assert expected["addresses"].keys() == found["addresses"].keys()
        assert {name: expected[name] for name in known} == {name: found[name] for name in known}


def test_a_task_changes_nothing_the_second_time() -> None:
    """Except where it is told to act always."""
    for case in CASES.values():
        always = case["task"].get("recreate") or case["task"].get("state") == "restarted"
        if "error" in case or always or case["task"].get("triggered"):
            continue
        memory = engine_before(case)
        task(memory, case, FaultyWay(memory))
        way = FaultyWay(memory)
        assert task(memory, case, way)[0].action == "none", case["name"]
        assert commands(way) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (True, "always"),
        (False, "missing"),
        ("yes", "always"),
        ("never", "never"),
        (None, "missing"),
    ],
)
def test_when_to_pull(written: Any, expected: str) -> None:
    assert parse({"container": "app", "pull": written}).pull == expected


def test_facts_have_no_variables() -> None:
    attributes = {
        "container": "app",
        "env": {"PLAIN": "visible-1"},
        "labels": {"tier": "cache", "long": "x" * 5000},
    }
    memory = engine_before({"before": {"made": attributes}})
    _result, found = task(memory, {"task": {}}, FaultyWay(memory))
    assert found["labels"] == {"tier": "cache"}
    assert "visible-1" not in json.dumps(found)
    assert "vigo.bridge" not in json.dumps(found)


def test_no_facts_are_asked_for_if_the_engine_may_not_respond() -> None:
    memory = engine_before({"before": {"made": {}}})
    way = FaultyWay(memory)
    given = {"container": "app", "docker_host": HOST}
    with in_use(memory, way):
        result = Result("app", "container", "blocked")
        assert ContainerTask().describe(given, result, Target()) == {}
    assert way.calls == []


def test_facts_of_an_engine_that_does_not_respond() -> None:
    """The result says why; the facts are missing."""
    given = {"container": "app", "docker_host": "unix:///nowhere/docker.sock"}
    assert ContainerTask().describe(given, Result("app", "container", "failed"), Target()) == {}


def test_facts_of_addresses() -> None:
    networks = {
        "front": {"IPAddress": "192.0.2.7", "GlobalIPv6Address": "2001:db8::7", "MacAddress": "m"},
        "back": None,
    }
    payload = {"NetworkSettings": {"Networks": networks}, "Image": "sha256:1", "Created": "now"}
    found = facts.facts_of(payload, {"name": "app"})
    assert found == {
        "name": "app",
        "image_id": "sha256:1",
        "created_at": "now",
        "addresses": {
            "front": {"ipv4": "192.0.2.7", "ipv6": "2001:db8::7", "mac": "m"},
            "back": {"ipv4": "", "ipv6": "", "mac": ""},
        },
        "labels": {},
    }


def test_an_unknown_outcome_leaves_the_facts() -> None:
    wanted = parse({"container": "app", "image": IMAGES[0]})
    result = Result("app", "container", "unknown")
    assert facts.predicted({"state": "exited"}, wanted, result) == {"state": "exited"}
    assert facts.predicted(None, wanted, result) is None
