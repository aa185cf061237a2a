# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollouts through a real Receptor mesh whose nodes, or whose controller, end in the middle."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.local_receptor import LocalReceptor, ReceptorFleet, local_receptor
from tests.integration.mesh_fleet import finished, wait_for
from tests.integration.program import Finished

#: How long a host takes, in seconds.
_LONG = 3
_DONE = ["converge", "end"]


@pytest.fixture(scope="module")
def nodes() -> Iterator[LocalReceptor]:
    with local_receptor(["n1", "n2"]) as running:
        yield running


@pytest.fixture
def fleet(nodes: LocalReceptor, tmp_path: Path) -> ReceptorFleet:
    """Return four hosts: n1 gets h1 and h3, and n2 the others."""
    return ReceptorFleet(tmp_path, nodes, f"sleep {_LONG}; echo end >> HERE/$ME.log", 4)


def _statuses(run: Finished) -> dict[str, str]:
    return {host: envoy["status"] for host, envoy in run.document["envoys"].items()}


def test_a_controller_that_is_killed(nodes: LocalReceptor, fleet: ReceptorFleet) -> None:
    process = fleet.start()
    wait_for(lambda: all(fleet.seen().values()))
    process.kill()
    process.communicate()
    again = fleet.on_mesh("--resume")
    assert "reading the results of 2 hosts from node n1" in again.err
    assert "4 of 4 hosts done" in again.err
    assert again.status == 0
    assert all(seen == _DONE for seen in fleet.seen().values())
    assert nodes.left() == []


@pytest.mark.sweep
def test_interrupt(nodes: LocalReceptor, fleet: ReceptorFleet) -> None:
    process = fleet.start()
    wait_for(lambda: all(fleet.seen().values()))
    process.send_signal(signal.SIGTERM)
    run = finished(process)
    assert set(_statuses(run).values()) == {"interrupted"}, run.out
    time.sleep(_LONG)
    assert all(seen == ["converge"] for seen in fleet.seen().values())
    assert nodes.left() == []


def test_a_node_without_the_work_type(fleet: ReceptorFleet) -> None:
    fleet.mesh.write_text(
        fleet.mesh.read_text().replace("sign_work: true", "sign_work: true, work_type: other")
    )
    run = fleet.on_mesh()
    assert set(_statuses(run).values()) == {"unreachable"}
    message = run.document["envoys"]["h1"]["message"]
    assert message.startswith("cannot start on node n1: "), message
    assert "work type" in message


@pytest.mark.sweep
def test_a_frozen_node(nodes: LocalReceptor, fleet: ReceptorFleet) -> None:
    process = fleet.start()
    wait_for(lambda: all(fleet.seen().values()))
    with nodes.frozen("n2"):
        run = finished(process)
        assert _statuses(run) == dict(zip(fleet.fates, ["changed", "unreachable"] * 2, strict=True))
        assert "it has not responded for 30 s" in run.document["envoys"]["h2"]["message"]
    wait_for(nodes.is_complete)
    again = fleet.on_mesh("--resume")
    assert again.status == 0
    assert all(seen == _DONE for seen in fleet.seen().values())
    assert nodes.left() == []


def _power_cut(nodes: LocalReceptor, fleet: ReceptorFleet, delay: float) -> None:
    """Cut the power of a node after some seconds; check that nothing is lost, and that only hosts
    whose result did not arrive are converged again.
    """
    process = fleet.start("--max-failures", "4")
    time.sleep(delay)
    nodes.cut_power("n2")
    first = finished(process)
    nodes.restore_power("n2")
    statuses = _statuses(first)
    assert set(statuses.values()) <= {"changed", "unreachable"}, first.out
    assert (statuses["h1"], statuses["h3"]) == ("changed", "changed"), "the other node goes on"
    assert all(fleet.seen()[host] == _DONE for host in statuses if statuses[host] == "changed")
    if first.status == 0:  # It had come to its end, so there is nothing to resume.
        return
    again = fleet.on_mesh("--resume")
    assert again.status == 0, again.err + again.out
    unreachable = [_DONE, ["converge", *_DONE], [*_DONE, *_DONE]]
    for host, seen in fleet.seen().items():
        expected = [_DONE] if statuses[host] == "changed" else unreachable
        assert seen in expected, f"{host} was {statuses[host]} in the first run"


@pytest.mark.sweep
def test_a_node_without_power(nodes: LocalReceptor, fleet: ReceptorFleet) -> None:
    _power_cut(nodes, fleet, 4)


@pytest.mark.sweep
@pytest.mark.parametrize("attempt", range(20))
def test_power_cuts_at_any_moment(attempt: int, nodes: LocalReceptor, fleet: ReceptorFleet) -> None:
    _power_cut(nodes, fleet, random.uniform(0, 10))
