# SPDX-License-Identifier: GPL-3.0-or-later
"""What resource types learn of all resources before the first has its turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    parse_crates,
    parse_resources,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.passes import Convergence, Wanted
from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

Attributes = Callable[[], Mapping[str, Any] | None]


class Curious(Exec):
    """Commands that remember what they learn."""

    refused_by = ("command",)
    prepared_by = ("cwd", "command")
    expected_by = ("command", "cwd")

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[tuple[list[Mapping[str, Any]], Target]] = []
        self.prepared: list[tuple[list[Mapping[str, Any]], Target]] = []
        self.expected: list[tuple[str, Any, Target]] = []

    def refuse(self, resources: Sequence[Mapping[str, Any]], target: Target) -> None:
        self.refused.append((list(resources), target))

    def prepare(self, resources: Sequence[Mapping[str, Any]], target: Target) -> None:
        self.prepared.append((list(resources), target))

    def expect(self, resource: str, attributes: Attributes, target: Target) -> None:
        self.expected.append((resource, attributes(), target))


def command(name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"c/{name}", "type": "exec", "command": "true {{ .Vars.x }}", **more}


#: what a resource has beside its command -> whether it will certainly be applied, and whether its
#: conditions hold or may hold
RESOURCES: dict[str, tuple[dict[str, Any], bool, bool]] = {
    "a command": (command("a"), True, True),
    "a condition that holds": (command("a", when="hour_range('0', '24')"), True, True),
    "a condition that does not hold": (command("a", when="distro('no')"), False, False),
    "a condition that may change": (command("a", when="!file_exists('/no/such')"), False, True),
    "one that waits for a trigger": (command("a", when="changed"), False, True),
    "one that is left out": ({**command("a"), "id": "d/a"}, False, True),
    "a crate whose condition does not hold": ({**command("a"), "id": "no/a"}, False, False),
}
CRATES = {"c": {}, "d": {}, "no": {"when": "distro('no')"}}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("resource", "certain", "holds"), RESOURCES.values(), ids=RESOURCES)
def test_what_types_learn(
    resource: dict[str, Any], certain: bool, holds: bool, check: bool, tmp_path: Path
) -> None:
    curious, target = Curious(), Target(check)
    file = {"id": "c/file", "type": "file", "target_path": str(tmp_path / "f"), "content": "x"}
    convergence = Convergence(
        Wanted(
            parse_resources([file, {**resource, "cwd": "/", "user": "root"}]),
            parse_crates(CRATES),
            {"x": "1"},
            only=("c", "no"),
        ),
        {"file": File(), "exec": curious},
        target,
        Journal.load(StateFolder(str(tmp_path / "state"), check), "site"),
        Facts(),
    )
    short = {"command": "true 1"}
    convergence.refuse()
    assert curious.refused == [([short] if certain else [], target)]
    assert curious.prepared == []
    convergence.run()
    full = {"command": "true 1", "cwd": "/"}
    assert curious.expected == [(resource["id"], full if holds else None, target)]
    assert curious.prepared == ([] if check else [([full] if certain else [], target)])


def test_a_resource_that_cannot_be_rendered_is_left_to_its_turn(tmp_path: Path) -> None:
    curious = Curious()
    wanted = [command("bad", command="{{ .Vars.no }}"), command("good")]
    convergence = Convergence(
        Wanted(parse_resources(wanted), variables={"x": "1"}),
        {"exec": curious},
        Target(),
        Journal.load(StateFolder(str(tmp_path / "state")), "site"),
        Facts(),
    )
    convergence.refuse()
    assert [resources for resources, _ in curious.refused] == [[{"command": "true 1"}]]
