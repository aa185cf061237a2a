# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout, its rollback and its end are killed between any two steps on the host.

Steps are calls of the engine, and all that touches files: the files themselves, former states, the
journal.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.module_utils.converge.test_former_states import FIRST, NEW, SERVICE, Machine, file
from tests.unit.module_utils.killing import in_a_child, kill_at_event

Stack = Mapping[str, Mapping[str, Any]]


class Audited:
    """A ``Transport`` whose calls are steps, too."""

    def __init__(self, memory: InMemoryEngine) -> None:
        self._memory = memory

    def request(self, *arguments: Any) -> Any:
        sys.audit("os.call_of_engine")
        return self._memory.request(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._memory, name)


def before(machine: Machine, app: Mapping[str, Any]) -> Stack:
    return {
        "x/page": file(machine, content="old\n", mode="0640", notify="x/last"),
        "x/gone": file(machine, "gone", content="old\n"),
        "x/app": app,
        "x/last": {"type": "exec", "command": "true", "when": "changed"},
    }


def after(machine: Machine, app: Mapping[str, Any]) -> Stack:
    return {
        "x/page": file(machine, content="new\n", mode="0604", notify="x/last"),
        "x/gone": file(machine, "gone", state="absent"),
        "x/made": file(machine, "made", content="new\n"),
        "x/app": app,
        "x/last": {"type": "exec", "command": "true", "when": "changed"},
    }


def killed(machine: Machine, run: Callable[[Machine], object], step: int) -> bool:
    """Run in a process that is killed before that step, and return whether it was."""
    saved = machine.folder / "memory"

    def save() -> None:
        saved.write_bytes(pickle.dumps(machine.memory))

    def work() -> None:
        kill_at_event(step, save)
        run(machine)
        save()

    code = in_a_child(work)
    assert code in (0, -9), code
    machine.memory = pickle.loads(saved.read_bytes())
    return code != 0


def rollout(machine: Machine, wanted: Stack, mode: str) -> Callable[[Machine], object]:
    return lambda machine: machine.run(wanted, mode, way=Audited(machine.memory))


#: How the container is updated -> its settings, and every how many steps are tried every day.
UPDATES: dict[str, tuple[Mapping[str, Any], int]] = {
    "stop first": ({}, 37),
    "start first": (FIRST, 41),
}


def spoil(folder: Path, mode: str, update: Mapping[str, Any], step: int) -> bool:
    """Kill one of the runs before a step, and check that the host is as it was, or as the
    rollout wants it; return whether there was such a step.
    """
    folder.mkdir()
    machine = Machine(folder)
    old, new = before(machine, {**SERVICE, **update}), after(machine, {**NEW, **update})
    machine.run(old)
    was = machine.state()
    if mode != "keep":
        machine.run(new, "keep")
    was_killed = killed(machine, rollout(machine, new, mode), step)
    for _ in range(2):
        back = machine.run(new, "restore")
        assert not any(result.failed for result in back.values()), (step, back)
    found = machine.state()
    assert machine.kept() == []
    if mode == "discard" and found != was:
        assert (machine.files / "page").read_text() == "new\n", step
        assert sorted(path.name for path in machine.files.iterdir()) == ["made", "page"], step
        assert machine.memory.names() == {"app"}, step
        assert {result.action for result in machine.run(new).values()} <= {"none", "skipped"}
    else:
        assert found == was, step
        leftover = {result.action for result in machine.run(old).values()}
        assert leftover <= {"none", "skipped", "ran"}, step
    return was_killed


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("mode", ["keep", "restore", "discard"])
def test_a_run_that_is_killed_somewhere(tmp_path: Path, mode: str, update: str) -> None:
    options, stride = UPDATES[update]
    step = 0
    while spoil(tmp_path / str(step), mode, options, step):
        step += stride
    assert step > stride


@pytest.mark.sweep
@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("mode", ["keep", "restore", "discard"])
def test_a_run_that_is_killed_anywhere(tmp_path: Path, mode: str, update: str) -> None:
    step = 0
    while spoil(tmp_path / str(step), mode, UPDATES[update][0], step):
        step += 1
    assert step > 20
