# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stack no longer names on several engines of one host: each has an id of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.engine import connection
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.prune import distinct
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from ansible_collections.vigo.bridge.plugins.plugin_utils.host_result import parse
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import in_use

A, B = "unix:///a.sock", "unix:///b.sock"

#: case -> labels with their engines, the ids of resources, and the labels that come of them
LABELS: dict[str, tuple[list[tuple[str, str]], set[str], list[str]]] = {
    "none": ([], set(), []),
    "one": ([("web", A)], set(), ["web"]),
    "two names": ([("web", A), ("db", B)], set(), ["web", "db"]),
    "one name twice": ([("web", A), ("web", B)], set(), [f"web@{A}", f"web@{B}"]),
    "another name beside them": (
        [("web", A), ("db", A), ("web", B)],
        set(),
        [f"web@{A}", "db", f"web@{B}"],
    ),
    "a network of the name": ([("web", A), ("network/web", A)], set(), ["web", "network/web"]),
    "networks": (
        [("network/n", A), ("network/n", B)],
        set(),
        [f"network/n@{A}", f"network/n@{B}"],
    ),
    "a resource of a crate named prune": ([("web", A)], {"prune/web"}, [f"web@{A}"]),
    "another resource of that crate": ([("web", A)], {"prune/db", "web"}, ["web"]),
}


@pytest.mark.parametrize(("labels", "resources", "expected"), LABELS.values(), ids=LABELS)
def test_labels(labels: list[tuple[str, str]], resources: set[str], expected: list[str]) -> None:
    assert distinct(labels, resources) == expected


@pytest.fixture
def engines() -> Iterator[dict[str, InMemoryEngine]]:
    """Yield two engines that one host can reach."""
    found = {A: InMemoryEngine(), B: InMemoryEngine(first=1000)}
    for engine in found.values():
        engine.have("redis:7-alpine")
    with in_use(found[A]), pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "transport_to", found.__getitem__)
        yield found


def container(crate: str, name: str, host: str, **attributes: Any) -> dict[str, Any]:
    named = {"id": f"{crate}/{name}", "type": "container", "container": name}
    return {**named, "image": "redis:7-alpine", "docker_host": host, **attributes}


def run(
    folder: Path,
    *resources: Mapping[str, Any],
    check: bool = False,
    prune: bool = False,
    notes: list[str] | None = None,
) -> tuple[dict[str, str], list[str]]:
    """Return the outcome of each ID, and the orphans. notes: gets the remarks."""
    target = Target(check, notes=[] if notes is None else notes)
    stack = {"scope": "shop", "stack_id": "id-1", "state_dir": str(folder)}
    results = converge({"resources": resources, **stack, "prune": prune}, target)
    answer = {
        "changed": any(result.changed for result in results),
        "resources": [result.as_dict() for result in results],
        "orphans": target.orphans,
    }
    actions = {result.id: result.action for result in parse(answer).resources}
    return actions, target.orphans


def test_two_containers_of_one_name(engines: dict[str, InMemoryEngine], tmp_path: Path) -> None:
    kept = [container("kept", "first", A), container("kept", "second", B)]
    gone = [
        container("one", "web", A, networks=["net"]),
        container("two", "web", B, networks=["net"]),
        container("two", "db", B),
    ]
    run(tmp_path, *kept, *gone)
    planned, orphans = run(tmp_path, *kept, check=True, prune=True)
    assert orphans == [f"web@{A}", "db", f"web@{B}"]
    assert planned == {
        "kept/first": "none",
        "kept/second": "none",
        f"prune/web@{A}": "deleted",
        f"prune/network/net@{A}": "deleted",
        "prune/db": "deleted",
        f"prune/web@{B}": "deleted",
        f"prune/network/net@{B}": "deleted",
    }
    assert [engine.names() for engine in engines.values()] == [
        {"first", "web"},
        {"second", "web", "db"},
    ]
    assert run(tmp_path, *kept, prune=True)[0] == planned
    assert [engine.names() for engine in engines.values()] == [{"first"}, {"second"}]
    assert [set(engine.networks) for engine in engines.values()] == [{"bridge"}, {"bridge"}]
    assert run(tmp_path, *kept, prune=True) == ({"kept/first": "none", "kept/second": "none"}, [])


def test_one_engine_by_two_addresses(engines: dict[str, InMemoryEngine], tmp_path: Path) -> None:
    """What it has is listed and removed once."""
    engines[B] = engines[A]
    kept = [container("kept", "first", A), container("kept", "second", B)]
    run(tmp_path, *kept, container("one", "web", A, networks=["net"]))
    pruned = {"prune/web": "deleted", "prune/network/net": "deleted"}
    done = {"kept/first": "none", "kept/second": "none", **pruned}
    assert run(tmp_path, *kept, check=True, prune=True) == (done, ["web"])
    assert run(tmp_path, *kept, prune=True) == (done, ["web"])


def test_a_crate_named_prune(engines: dict[str, InMemoryEngine], tmp_path: Path) -> None:
    """Its resource `web` and the removed container `web` are two results."""
    run(tmp_path, container("one", "web", A))
    done, _orphans = run(
        tmp_path, {**container("prune", "web", A), "container": "other"}, prune=True
    )
    assert done == {"prune/web": "created", f"prune/web@{A}": "deleted"}


def put_unlabelled(memory: InMemoryEngine, name: str, labels: Mapping[str, str]) -> None:
    """Create and start a container as another tool would."""
    body = {"Image": "redis:7-alpine", "HostConfig": {}, "Labels": dict(labels)}
    memory.request("POST", f"/containers/create?name={name}", 1.0, body=body)
    memory.request("POST", f"/containers/{name}/start", 1.0)


#: labels of another container on the engine -> whether the stack's own is removed there
BESIDE: dict[str, tuple[dict[str, str], bool]] = {
    "no labels": ({}, True),
    "another stack": ({label.SCOPE: "other", label.STACK_ID: "id-2"}, True),
    "another stack of the same name": ({label.SCOPE: "shop", label.STACK_ID: "id-2"}, False),
}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("labels", "removed"), BESIDE.values(), ids=BESIDE)
def test_an_engine_that_only_the_record_names(
    engines: dict[str, InMemoryEngine],
    labels: dict[str, str],
    removed: bool,
    check: bool,
    tmp_path: Path,
) -> None:
    """The stack took over a container there. Nothing is listed where another stack has its name."""
    put_unlabelled(engines[B], "web", {})
    kept = container("kept", "first", A)
    assert run(tmp_path, kept, container("one", "web", B))[0]["one/web"] == "none"
    put_unlabelled(engines[B], "beside", {**labels, label.RESOURCE: "x/y"} if labels else {})

    notes: list[str] = []
    done, orphans = run(tmp_path, kept, check=check, prune=True, notes=notes)

    assert orphans == (["web"] if removed else [])
    assert done == {"kept/first": "none", **({"prune/web": "deleted"} if removed else {})}
    assert engines[B].names() == {"beside", *(["web"] if check or not removed else [])}
    start = f"cannot list containers at {B} that are no longer in the stack: another stack named"
    assert [note.startswith(start) for note in notes] == ([] if removed else [True])
