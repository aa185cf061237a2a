# SPDX-License-Identifier: GPL-3.0-or-later
"""What pruning does on an engine, call by call: the cases are in prunings.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay
from tests.unit.in_memory_engine.use import HOST, in_use
from tests.yaml_files import read_yaml

CASES = read_yaml(Path(__file__).parent / "prunings.yml")
WEB = {"id": "kept/web", "type": "container", "container": "web", "image": "redis:7-alpine"}
BAD = {**WEB, "id": "kept/bad", "container": "bad", "image": "nope:1", "pull": "never"}
ENDS = {"exited": "stop", "paused": "pause"}


def with_all(case: dict[str, Any], folder: Path) -> InMemoryEngine:
    """Return an engine with the containers and networks of a case."""
    memory = InMemoryEngine()
    memory.have("redis:7-alpine")
    with in_use(memory):
        run({"run": "run"}, folder)
    for name, scope in case.get("networks", {}).items():
        stack_id = "id-1" if scope == "shop" else "id-2"
        labels = {label.NETWORK: scope, label.STACK_ID: stack_id} if scope else {}
        memory.request("POST", "/networks/create", 1.0, body={"Name": name, "Labels": labels})
    for name, details in case.get("containers", {}).items():
        add(memory, name, details)
    return memory


def add(memory: InMemoryEngine, name: str, details: dict[str, Any]) -> None:
    labels = {}
    if "resource" in details:
        scope, stack_id = details.get("stack", ("shop", "id-1"))
        labels = {label.SCOPE: scope, label.RESOURCE: details["resource"]}
        labels |= {label.STACK_ID: stack_id} if stack_id else {}
    image = "redis:7-alpine"
    if details.get("of image"):
        image = "committed:1"
        memory.have(image, Labels=labels)
    host: dict[str, Any] = {"AutoRemove": details.get("rm", False)}
    if "shares" in details:
        host["NetworkMode"] = f"container:{details['shares']}"
    if "networks" in details:
        host["NetworkMode"] = details["networks"][0]
    status = details.get("status", "running")
    command = ["sh", "-c", "exit 3"] if status == "restarting" else ["redis-server"]
    host["RestartPolicy"] = {"Name": "always" if status == "restarting" else "no"}
    body = {"Image": image, "Cmd": command, "HostConfig": host, "Labels": labels}

    def call(verb: str) -> None:
        answer = memory.request("POST", f"/containers/{verb}", 1.0, body=body)
        assert answer.status_code == 200, answer

    call(f"create?name={name}")
    if status != "created":
        call(f"{name}/start")
    if status in ENDS:
        call(f"{name}/{ENDS[status]}")
    box = memory.box(name)
    while status == "restarting" and box is not None and box.status != status:
        memory.clock.step(0.01)


def run(case: dict[str, Any], folder: Path) -> tuple[dict[str, str], Target]:
    """Return the outcome of each resource but the kept one."""
    mode = case.get("run", "prune")
    target = Target(mode in ("check", "plan"))
    web = {**WEB, **case.get("web", {})}
    arguments = {
        "resources": [
            {**each, "docker_host": HOST} for each in ([web, BAD] if mode == "failing" else [web])
        ],
        "scope": "shop",
        "stack_id": "id-1",
        "state_dir": str(folder),
        "prune": mode in ("prune", "check", "failing"),
    }
    results = converge(arguments, target)
    return {each.id: each.action for each in results if each.id != "kept/web"}, target


def names_of(memory: InMemoryEngine) -> dict[str, str]:
    """Return names by ID, also of what is removed later."""
    boxes = {box.id: box.name for box in memory.boxes.values()}
    return {**boxes, **{each["Id"]: each["Name"] for each in memory.networks.values()}}


def commands(way: FaultyWay, names: dict[str, str]) -> list[str]:
    """Return the changing calls, without the method where it is POST."""
    return [named(call, names) for call in way.calls if not call.startswith("GET")]


def named(call: str, names: dict[str, str]) -> str:
    method, _space, path = call.partition(" ")
    words = path.replace("/containers/", "").replace("/networks/", "network ").replace("/", " ")
    for identity, name in names.items():
        words = words.replace(identity, name)
    return words if method == "POST" else f"{method} {words}"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_calls(case: dict[str, Any], tmp_path: Path) -> None:
    memory = with_all(case, tmp_path)
    others = {name for name in memory.networks if case.get("networks", {}).get(name) != "shop"}
    way = FaultyWay(memory)
    if "refuses" in case:
        way = FaultyWay(memory, "refuse", number_of(case, tmp_path))
    names = names_of(memory)
    with in_use(memory, way):
        results, target = run(case, tmp_path)
    assert commands(way, names) == case["calls"]
    assert list(results.items()) == list(case["results"].items())
    assert target.orphans == case["orphans"]
    assert len(target.notes) == ("note" in case)
    assert case.get("note", "") in "".join(target.notes)
    assert others <= set(memory.networks)
    box = memory.box("web")
    assert box is not None
    assert box.is_up


def number_of(case: dict[str, Any], folder: Path) -> int:
    """Return the number of the call that is to be refused, seen on another engine."""
    memory = with_all(case, folder)
    way, names = FaultyWay(memory), names_of(memory)
    with in_use(memory, way):
        run(case, folder)
    return [named(call, names) for call in way.calls].index(case["refuses"]) + 1


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_second_run_changes_nothing(case: dict[str, Any], tmp_path: Path) -> None:
    memory = with_all(case, tmp_path)
    with in_use(memory):
        run(case, tmp_path)
    way = FaultyWay(memory)
    with in_use(memory, way):
        run(case, tmp_path)
    assert commands(way, names_of(memory)) == []
