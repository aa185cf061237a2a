# SPDX-License-Identifier: GPL-3.0-or-later
"""One command on many hosts, without a stack and with the tasks of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.local_fleet import LocalFleet
from tests.integration.program import Finished

GREET = """\
name: greet
command: "echo hello {{ .Vars.who }} from $ME"
params:
  who: world
  town:
target: "h*"
batch_size: 2
"""


@pytest.fixture
def fleet(tmp_path: Path) -> LocalFleet:
    fleet = LocalFleet(tmp_path, ["good", "good", "good", "unreachable"])
    (fleet.stack / "tasks").mkdir()
    (fleet.stack / "tasks" / "greet.vgo").write_text(GREET)
    return fleet


def run(fleet: LocalFleet, command: str, *arguments: str) -> Finished:
    return fleet("task", "run", command, "-i", fleet.inventory, *arguments)


def test_output_is_grouped_where_it_is_equal_and_braces_stay(fleet: LocalFleet) -> None:
    command = "echo '{{.State}}'; test $ME != h2 || { echo no; exit 7; }"
    finished = run(fleet, command, "--target", "H*", "--max-failures", "2")
    assert finished.status == 3
    assert "h1, h3  ran\n  {{.State}}\nh2  failed\n" in finished.out
    assert "exit code 7" in finished.out
    assert "h4  unreachable" in finished.out


@pytest.mark.sweep
def test_json(fleet: LocalFleet) -> None:
    finished = run(
        fleet, "echo {{ .Vars.x }}", "--target", "h2", "--target", "h1", "--param", "x=a b",
        "-o", "json",
    )  # fmt: skip
    assert finished.status == 0
    assert finished.document["status"] == "converged"
    assert list(finished.document["envoys"]) == ["h1", "h2"]
    (resource,) = finished.document["envoys"]["h1"]["resources"]
    assert (resource["id"], resource["type"], resource["action"]) == ("task/command", "exec", "ran")
    assert (resource["rc"], resource["output"]) == (0, "a b\n")


def test_traits_choose_hosts(fleet: LocalFleet) -> None:
    found = run(fleet, "true", "--target", "os.family=deb*", "--target", "h[34]", "--dry-run")
    assert found.out == "batch 1 of 1: h3\nNothing was run.\n"
    assert "h4 does not report its traits and is skipped: unreachable" in found.err


def test_a_task_of_the_stack(fleet: LocalFleet) -> None:
    arguments = ("--stacks", str(fleet.stack), "--param", "town=Uppsala")
    finished = run(fleet, "greet", *arguments, "--target", "h[123]", "--param", "who=you")
    assert finished.status == 0, finished.err
    assert "batch 2 of 2: h3" in finished.err
    assert "h2  ran\n  hello you from h2\n" in finished.out
    planned = run(fleet, "greet", *arguments, "--batch-size", "3", "--dry-run", "-o", "json")
    assert planned.document == {"batches": [{"hosts": ["h1", "h2", "h3"]}, {"hosts": ["h4"]}]}


@pytest.mark.sweep
def test_a_stopped_task_is_resumed(fleet: LocalFleet) -> None:
    command = "echo converge >> HERE/$ME.log; test $ME != h2 || test -e HERE/go"
    arguments = ("--target", "h[123]", "--batch-size", "1")
    assert run(fleet, command, *arguments).status == 4
    (fleet.folder / "go").touch()
    assert run(fleet, command, *arguments, "--resume").status == 0
    assert fleet.seen() == {
        "h1": ["converge"],
        "h2": ["converge"] * 2,
        "h3": ["converge"],
        "h4": [],
    }
