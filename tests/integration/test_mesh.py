# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on nodes of a mesh: results as without one, and nodes that are lost in the middle."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.mesh_fleet import MeshFleet, finished, wait_for
from tests.integration.program import Finished

#: Says when it begins and ends, and takes a while.
_SLOW = "sleep 1; echo end >> HERE/$ME.log"


def _statuses(run: Finished) -> dict[str, str]:
    return {host: envoy["status"] for host, envoy in run.document["envoys"].items()}


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        times = ("started", "duration_s", "duration")
        return {key: _without_times(item) for key, item in value.items() if key not in times}
    return [_without_times(item) for item in value] if isinstance(value, list) else value


def _running(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").exists() and bool(Path(f"/proc/{pid}/cmdline").read_bytes())


@pytest.fixture
def fleet(tmp_path: Path) -> MeshFleet:
    return MeshFleet(tmp_path, "test $ME != h2", 6)


def test_results_are_those_of_one_controller(fleet: MeshFleet) -> None:
    options = ("--batch-size", "2,4", "--max-failures", "1")
    alone = fleet.run(*options)
    fleet.forget()
    shared = fleet.on_mesh(*options)
    assert (shared.status, shared.err.count("h2 failed")) == (alone.status, 1)
    assert _without_times(shared.document) == _without_times(alone.document)
    assert [len(fleet.processes(name)) for name in ("n1", "n2")] == [2, 2]


@pytest.mark.sweep
def test_other_commands(fleet: MeshFleet) -> None:
    common = ["--stacks", str(fleet.stack), "-i", str(fleet.inventory)]
    mesh = ["--mesh", str(fleet.mesh)]
    for command, status in (
        (["plan", *common, "-o", "json"], 2),
        (["envoys", "push", "h1", "h[3-6]", *common, "-o", "json"], 0),
        (["status", *common, "-o", "json"], 2),
        (["task", "run", "echo {{ .Vars.x }}", "--param", "x=1", "--target", "*", *common], 0),
    ):
        alone, shared = fleet(*command), fleet(*command, *mesh)
        assert (shared.status, alone.status) == (status, status), shared.err
        assert fleet.processes("n1")
        assert fleet.processes("n2")


@pytest.mark.sweep
def test_nodes_by_group_and_trait(fleet: MeshFleet) -> None:
    with fleet.inventory.open("a") as inventory:
        inventory.write("[first]\nh1\nh2\n[first:vars]\nname={{ inventory_hostname }}\n")
    fleet.mesh.write_text(
        f"nodes:\n  n1: {{via: ssh, command: {fleet.node('n1')}, groups: [first]}}\n"
        f"  n2: {{via: ssh, command: {fleet.node('n2')}, traits: [os.kernel=*, os.arch=*]}}\n"
        f"  n3: {{via: ssh, command: {fleet.node('n3')}, traits: [os.arch=none]}}\n"
    )
    assert fleet.on_mesh("--only", "site/go", "--max-failures", "1").status == 3
    assert [len(fleet.processes(name)) for name in ("n1", "n2", "n3")] == [1, 1, 0]


def test_unreachable_node(fleet: MeshFleet) -> None:
    fleet.mesh.write_text(
        f"nodes:\n  n1: {{via: ssh, command: {fleet.node('n1')}}}\n"
        "  n2: {via: ssh, command: 'sh -c \"echo no route to host >&2; exit 255\"'}\n"
    )
    run = fleet.on_mesh()
    assert _statuses(run) == {"h1": "changed", "h3": "changed", "h5": "changed"} | dict.fromkeys(
        ("h2", "h4", "h6"), "unreachable"
    )
    message = run.document["envoys"]["h4"]["message"]
    assert message == "cannot start on node n2: no route to host"
    assert fleet.seen()["h4"] == []


def test_missing_program(fleet: MeshFleet) -> None:
    fleet.mesh.write_text("nodes:\n  n1: {via: ssh, command: /missing/ssh n1}\n")
    message = fleet.on_mesh().document["envoys"]["h1"]["message"]
    assert message == "cannot start on node n1: /missing/ssh: No such file or directory"


def test_interrupt_stops_all_nodes(tmp_path: Path) -> None:
    fleet = MeshFleet(tmp_path, "sleep 30; echo end >> HERE/$ME.log", 4)
    process = fleet.start()
    wait_for(lambda: all(fleet.seen().values()))
    process.send_signal(signal.SIGTERM)
    run = finished(process)
    assert set(_statuses(run).values()) == {"interrupted"}
    assert not any(_running(pid) for name in ("n1", "n2") for pid in fleet.processes(name))
    assert all(seen == ["converge"] for seen in fleet.seen().values())


def _lose_a_node(fleet: MeshFleet, wait: Callable[[subprocess.Popen[str]], object]) -> None:
    """Kill a node, and check that nothing is lost or twice. wait: until the moment to kill it."""
    process = fleet.start("--batch-size", "4")
    wait(process)
    fleet.kill("n2")
    first = finished(process)
    statuses = _statuses(first)
    of_n1 = [host for number, host in enumerate(statuses) if number % 2 == 0]
    for host, status in statuses.items():
        assert status in ("changed", "unreachable", "untouched"), first.out
        if status == "changed":
            assert fleet.seen()[host] == ["converge", "end"]
        if status == "untouched":
            assert fleet.seen()[host] == []
    assert all(statuses[host] == "changed" for host in of_n1[:2])
    if first.status == 0:  # The node had no work at this moment, so there is nothing to resume.
        assert set(statuses.values()) == {"changed"}
        return
    again = fleet.on_mesh("--batch-size", "4", "--resume")
    assert again.status == 0
    assert set(_statuses(again).values()) <= {"changed", "converged"}
    for host, seen in fleet.seen().items():
        assert "end" in seen, host
        if statuses[host] == "changed":
            assert seen == ["converge", "end"], "it was finished, and ran again"


def test_a_lost_node(tmp_path: Path) -> None:
    fleet = MeshFleet(tmp_path, _SLOW, 8)
    of_its_second_batch = "h6"
    _lose_a_node(fleet, lambda _process: wait_for(lambda: fleet.seen()[of_its_second_batch]))
    assert fleet.seen()[of_its_second_batch].count("converge") == 2


@pytest.mark.sweep
@pytest.mark.parametrize("attempt", range(20))
def test_lost_at_any_moment(attempt: int, tmp_path: Path) -> None:
    fleet = MeshFleet(tmp_path, _SLOW, 8)

    def wait(process: subprocess.Popen[str]) -> None:
        wait_for(lambda: fleet.processes("n2"))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0, 7))

    _lose_a_node(fleet, wait)
