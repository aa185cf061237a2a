# SPDX-License-Identifier: GPL-3.0-or-later
"""Convergence agrees with the plain model on any graph, and loses nothing when it is interrupted.

The resources are switches in a set: cheap, real types with the four steps of all others.
"""

from __future__ import annotations

import contextlib
import itertools
import signal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge import run as envoy
from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    parse_crates,
    parse_resources,
)
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
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.properties import examples
from tests.unit.module_utils.converge import model
from tests.unit.module_utils.converge.model import Item
from tests.unit.module_utils.killing import in_a_child, kill_at_event

Graph = tuple[list[Item], set[tuple[str, str]]]


class Ended(BaseException):
    """Replaces a process that is gone between two steps."""


@dataclass
class World:
    """Switches, and what was done to them. steps_left: after so many, the process is ended."""

    on: set[str] = field(default_factory=set)
    done: list[tuple[str, bool]] = field(default_factory=list)
    steps_left: int = 10**9

    def step(self) -> None:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise Ended


class Switch(Behaviour):
    """``command`` names the switch, ``environment`` its kind, ``cwd`` that it takes its time.

    A slow one is done only when it is waited for: as late as can be.
    """

    type = EXEC

    def __init__(self, world: World) -> None:
        self._world = world

    def parse(self, attributes: Mapping[str, Any]) -> tuple[str, str, bool]:
        return attributes["command"], attributes["environment"], "cwd" in attributes

    def observe(self, spec: tuple[str, str, bool], target: Target) -> bool:
        return spec[0] in self._world.on

    def decide(self, spec: tuple[str, str, bool], observed: bool, turn: Turn) -> Decision:
        acts = spec[1] != "switch" or turn.triggered or not observed
        return Decision("ran", steps=(turn.triggered,)) if acts else Decision("none")

    def act(
        self, spec: tuple[str, str, bool], observed: bool, decision: Decision, target: Target
    ) -> Outcome | Pending:
        name, kind, is_slow = spec
        self._world.step()

        def finish() -> Outcome:
            if kind == "failing":
                raise ResourceError("it always fails")
            self._world.on.add(name)
            self._world.done.append((name, decision.steps[0]))
            self._world.step()
            return Outcome()

        return Pending(finish) if is_slow else finish()


class FragileJournal(Journal):
    """A journal on disk whose owner may be ended before and after each write."""

    world: World

    def _save(self) -> None:
        self.world.step()
        super()._save()
        self.world.step()


def converge(
    items: list[Item],
    crate_edges: set[tuple[str, str]],
    world: World,
    path: Path,
    kind: type[FragileJournal] = FragileJournal,
) -> dict[str, str]:
    journal = kind.load(StateFolder(str(path)), "model")
    journal.world = world  # type: ignore[attr-defined]
    results = Convergence(
        Wanted(
            parse_resources([_entry(item) for item in items]),
            parse_crates(_crates(items, crate_edges)),
        ),
        {"exec": Switch(world)},
        Target(),
        journal,
        Facts(),
    ).run()
    return {result.id: result.action for result in results}


def _entry(item: Item) -> dict[str, Any]:
    guard = "dir_exists('/')" if item.guard else "dir_exists('/no/such')"
    return {
        "id": item.id,
        "type": "exec",
        "command": item.id,
        "environment": item.kind,
        **({"cwd": "/"} if item.slow else {}),
        "when": f"changed && {guard}" if item.gated else guard,
        **{
            name: list(getattr(item, name))
            for name in ("depends_on", "before", "notify", "subscribes")
        },
    }


def _crates(items: list[Item], crate_edges: set[tuple[str, str]]) -> dict[str, Any]:
    names = dict.fromkeys(item.crate for item in items)
    return {
        name: {"depends_on": [first for first, second in sorted(crate_edges) if second == name]}
        for name in names
    }


def _without(own: str, refs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(ref for ref in refs if ref != own)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Item], set[tuple[str, str]]]:
    size = draw(st.integers(1, 7))
    ids = [f"{draw(st.sampled_from('abc'))}/r{number}" for number in range(size)]
    some = st.lists(st.sampled_from(ids), max_size=2, unique=True).map(tuple)
    items = []
    for identity in ids:
        others = some.map(partial(_without, identity))
        items.append(
            Item(
                identity,
                draw(st.sampled_from(["switch", "switch", "switch", "always", "failing"])),
                draw(st.booleans()) and draw(st.booleans()),
                draw(st.sampled_from([True, True, True, False])),
                draw(others),
                draw(others) if draw(st.booleans()) else (),
                draw(others),
                draw(others),
                slow=draw(st.booleans()),
            )
        )
    crates = sorted({item.crate for item in items})
    edges = set()
    if len(crates) > 1 and draw(st.booleans()):
        edges.add((crates[0], crates[1]))
    return items, edges


def _acyclic(graph: Graph) -> bool:
    return model.order(*graph) is not None


GRAPHS = graphs().filter(_acyclic)
RELAXED = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def journals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a new state folder for each example."""
    folder = tmp_path_factory.mktemp("journals")
    return (folder / str(number) for number in itertools.count())


#: A slow source that fails after its target's turn would have come.
LATE_FAILURE: Graph = (
    [Item("a/r0", "failing", notify=("b/r1",), slow=True), Item("b/r1")],
    set(),
)

#: From the second run on, the closing pass skips r1, which had nothing to do in the main pass.
LATE_SKIP: Graph = (
    [
        Item("a/r0", "always", notify=("a/r2", "a/r3")),
        Item("a/r1", subscribes=("a/r2", "a/r3")),
        Item("a/r2", "failing", gated=True),
        Item("a/r3", gated=True),
    ],
    set(),
)


@settings(RELAXED, max_examples=examples(20))
@given(graph=GRAPHS, repairs=st.booleans())
@example(graph=LATE_FAILURE, repairs=False)
@example(graph=LATE_SKIP, repairs=False)
def test_actions_and_order_are_the_models(
    journals: Iterator[Path], graph: Graph, repairs: bool
) -> None:
    _assert_same(journals, graph, repairs)


@pytest.mark.sweep
@settings(RELAXED, max_examples=1000)
@given(graph=GRAPHS, repairs=st.booleans())
def test_on_many_graphs_too(journals: Iterator[Path], graph: Graph, repairs: bool) -> None:
    _assert_same(journals, graph, repairs)


@settings(RELAXED, max_examples=examples(20))
@given(graph=GRAPHS, data=st.data())
def test_a_run_that_is_ended_anywhere_loses_no_trigger(
    journals: Iterator[Path], graph: Graph, data: st.DataObject
) -> None:
    _assert_nothing_lost(journals, graph, data)


@pytest.mark.sweep
@settings(RELAXED, max_examples=1000)
@given(graph=GRAPHS, data=st.data())
def test_nor_in_many_graphs(journals: Iterator[Path], graph: Graph, data: st.DataObject) -> None:
    _assert_nothing_lost(journals, graph, data)


def _assert_same(
    journals: Iterator[Path],
    graph: Graph,
    repairs: bool,
) -> None:
    items, edges = graph
    world, machine, path = World(), model.Machine(), next(journals)
    for run in range(3):
        if run and repairs:
            items = [_repaired(item) for item in items]
        expected = model.converge(items, edges, machine)
        actual = converge(items, edges, world, path)
        assert actual == expected
        assert list(actual) == [item.id for item in model.order(items, edges) or ()]
        assert world.on == machine.on


def _assert_nothing_lost(
    journals: Iterator[Path],
    graph: Graph,
    data: st.DataObject,
) -> None:
    items, edges = graph
    items = [_repaired(item) for item in items]
    world, path = World(), next(journals)
    for _ in range(data.draw(st.integers(1, 4), label="ended runs")):
        world.steps_left = data.draw(st.integers(0, 20), label="steps")
        with contextlib.suppress(Ended):
            converge(items, edges, world, path)
    world.steps_left = 10**9
    for _ in range(len(items) + 1):
        converge(items, edges, world, path)
    pending = Journal.load(StateFolder(str(path)), "model")
    for place, (source, _) in enumerate(world.done):
        for target in items:
            if model.triggers(_of(source, items), target) and target.guard:
                delivered = (target.id, True) in world.done[place + 1 :]
                assert delivered or source in pending.sources(target.id), f"{source} -> {target.id}"


def test_nothing_is_under_way_when_a_run_breaks_off(journals: Iterator[Path]) -> None:
    """A fault of our own ends the run; what was begun has still come to its end."""

    class Broken(FragileJournal):
        def add_triggers(self, source: str, targets: Iterable[str]) -> tuple[str, ...]:
            if source == "a/r1":
                raise AssertionError("no such source")
            return super().add_triggers(source, targets)

    world = World()
    items = [Item("a/r0", slow=True), Item("a/r1"), Item("a/r2")]
    with pytest.raises(AssertionError, match="no such source"):
        converge(items, set(), world, next(journals), Broken)
    assert world.on == {"a/r0"}


@pytest.mark.parametrize("event", range(0, 60, 3))
def test_a_killed_process_loses_no_trigger(tmp_path: Path, event: int) -> None:
    """SIGKILL at one of the process's system calls that Python reports; then a run to the end."""
    command = 'printf "%s " {} >> ' + str(tmp_path / "log")
    resources: list[dict[str, Any]] = [
        {"id": "c/a", "type": "file", "target_path": str(tmp_path / "a"), "content": "x"},
        {"id": "c/b", "type": "exec", "command": command.format("b"), "unless": "true"},
        {"id": "c/c", "type": "exec", "command": command.format("c"), "when": "changed"},
    ]
    resources[0]["notify"] = ["b"]
    resources[1]["notify"] = ["c"]
    arguments = {"resources": resources, "state_dir": str(tmp_path / "state")}

    def work() -> None:
        kill_at_event(event)
        envoy.converge(arguments, Target())

    assert in_a_child(work) in (0, -signal.SIGKILL)
    envoy.converge(arguments, Target())
    after = [result.action for result in envoy.converge(arguments, Target())]
    assert after == ["none", "skipped", "skipped"]
    done = (tmp_path / "log").read_text().split()
    assert "b" in done
    assert "c" in done[done.index("b") :]
    assert sorted(path.name for path in (tmp_path / "state" / "journal").iterdir()) == [
        "default.json"
    ]


def _of(identity: str, items: list[Item]) -> Item:
    return next(item for item in items if item.id == identity)


def _repaired(item: Item) -> Item:
    return replace(item, kind="switch") if item.kind == "failing" else item
