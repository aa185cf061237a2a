# SPDX-License-Identifier: GPL-3.0-or-later
"""Each tool of the benchmarks does its work; times are not tested."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.workloads import lost_requests, ours, own_cost, results
from benchmarks.workloads.catalogue import (
    ANSIBLE,
    GENERATED,
    PING,
    PYINFRA,
    RUN,
    RUN_CONFIGURED,
)
from benchmarks.workloads.controller import BenchmarkError, Call, Controller, controller
from benchmarks.workloads.hosts import Hosts
from benchmarks.workloads.machine import Part, machine
from benchmarks.workloads.measure import Nothing, OneFileChanged, Tool, Unchanged
from benchmarks.workloads.own_cost import HELP, PYTHON, VALIDATE
from benchmarks.workloads.work import Work, work
from tests.testbed import Host, Testbed

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

ROOT = Path(__file__).parents[2]
TOOLS = {
    "W1": {RUN.name, ANSIBLE.name, PYINFRA.name, PING.name},
    "W4": {RUN.name, ANSIBLE.name, PYINFRA.name},
    "W5": {RUN.name, ANSIBLE.name, PYINFRA.name},
    "W6": {RUN.name, RUN_CONFIGURED.name, GENERATED.name},
    "W7": {PYTHON, HELP, VALIDATE},
    "W10": set(lost_requests.TOOLS),
    "W11": {RUN.name, PYINFRA.name, PING.name},
    "W12": {RUN.name, ANSIBLE.name, PYINFRA.name},
    "W13": {RUN.name, ANSIBLE.name, PYINFRA.name, PING.name},
    "W14": set(own_cost.FLEET_COMMANDS),
}


def test_each_tool_does_the_work(testbed: Testbed, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "benchmarks.workloads", *TOOLS]
    options = ["--hosts", "2", "--rounds", "1", "--results", str(tmp_path)]
    finished = subprocess.run(
        [*program, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    found = results.load(tmp_path)
    assert {name: set(each.cases[0].values) for name, each in found.items()} == TOOLS
    for result in found.values():
        assert all(values for case in result.cases for values in case.values.values())
    assert "s in all" in finished.stdout


def test_nodes_of_a_mesh_do_the_work() -> None:
    """Each run checks this itself."""
    program = [sys.executable, "-m", "benchmarks.mesh", "--hosts", "3", "--rounds", "1"]
    finished = subprocess.run(
        [*program, "--seconds", "0.1"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert [line.split()[0] for line in finished.stdout.splitlines()[3:5]] == ["1", "3"]


@pytest.fixture(scope="module")
def hosts(testbed: Testbed) -> Sequence[Host]:
    return Hosts(testbed).first(1)


@pytest.fixture
def place() -> Iterator[Controller]:
    with controller() as opened:
        yield opened


@pytest.fixture(scope="module")
def machines(testbed: Testbed) -> Sequence[Host]:
    return Hosts(testbed, systemd=True).first(1)


def one_of_each_kind() -> list[Part]:
    """Return a part of the whole machine for each kind that there is."""
    return list({type(part): part for part in reversed(machine())}.values())[::-1]


def test_all_tools_make_the_same_machine(place: Controller, machines: Sequence[Host]) -> None:
    small = work(containers=1, files=1, machine=one_of_each_kind())
    for tool in (ANSIBLE, PYINFRA, RUN):
        Nothing(place, machines, small).once(tool)
    unchanged = Unchanged(place, machines, small)
    for tool in (ANSIBLE, PYINFRA, RUN):
        unchanged.once(tool)


def idle(controller: Controller, work: Work, hosts: Sequence[Host]) -> Call:
    """Return a tool that does nothing and reports success."""
    return Call(("true",), controller.place("idle"), {})


def restless(controller: Controller, work: Work, hosts: Sequence[Host]) -> Call:
    """Return a tool that restarts a container that needs no restart."""
    call = ours.run(controller, work, hosts)
    restart = hosts[0].docker("restart", "--time", "0", work.containers[0].name)
    assert restart
    return call


@pytest.mark.parametrize("situation", [Nothing, OneFileChanged])
def test_a_tool_that_does_nothing_does_not_count(
    situation: type[Nothing] | type[OneFileChanged], place: Controller, hosts: Sequence[Host]
) -> None:
    small = work(containers=1, files=1, commands=1, reload=True)
    with pytest.raises(BenchmarkError, match=r"idle did not do its work:\nh1: "):
        situation(place, hosts, small).once(Tool("idle", idle))


def test_a_tool_that_touches_what_is_well_does_not_count(
    place: Controller, hosts: Sequence[Host]
) -> None:
    small = work(containers=1, files=1)
    unchanged = Unchanged(place, hosts, small)
    with pytest.raises(BenchmarkError, match=r"changed what was already as desired; h1: \['web1"):
        unchanged.once(Tool("restless", restless))


def test_a_tool_that_fails_does_not_count(place: Controller, hosts: Sequence[Host]) -> None:
    image = replace(work(containers=1).containers[0], image="traefik/whoami:v0")
    with pytest.raises(BenchmarkError, match=r"vigo-bridge run .* ended with 3"):
        Nothing(place, hosts, Work(containers=(image,))).once(RUN)
