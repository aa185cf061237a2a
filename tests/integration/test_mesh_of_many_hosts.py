# SPDX-License-Identifier: GPL-3.0-or-later
"""Three nodes with a hundred hosts each, over a real Receptor mesh: the same result as without one,
and a node whose power is cut in the middle.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_receptor import LocalReceptor, ReceptorFleet, local_receptor
from tests.testbed.common import say

pytestmark = pytest.mark.sweep

NAMES = ("n1", "n2", "n3")
HOSTS = 300
#: Two batches of 50 hosts for each node, 10 at a time.
OPTIONS = ("--batch-size", "50%", "--forks", "10", "--max-failures", str(HOSTS))
_SITE = """\
name: site
vars: {me: unknown}
resources:
  - name: go
    type: exec
    command: echo converge >> HERE/{{ .Vars.me }}.log; echo end >> HERE/{{ .Vars.me }}.log
"""
_DONE = ["converge", "end"]
_PATIENCE = 1200.0


@pytest.fixture(scope="module")
def nodes() -> Iterator[LocalReceptor]:
    with local_receptor(NAMES) as running:
        yield running


class ManyHosts(ReceptorFleet):
    """Hosts with one Python, so that a module is kept once for all of them."""

    def __init__(self, folder: Path, nodes: LocalReceptor) -> None:
        super().__init__(folder, nodes, "", HOSTS)
        self._write({"configcrates/site.vgo": _SITE}, self.stack)

    def _line(self, host: str) -> str:
        state = self.folder / "hosts" / host
        return (
            f"{host} me={host} ansible_connection=local vigo_state_dir={state}"
            f" ansible_python_interpreter={sys.executable}\n"
        )


@pytest.fixture(scope="module")
def fleet(nodes: LocalReceptor, tmp_path_factory: pytest.TempPathFactory) -> ManyHosts:
    folder = tmp_path_factory.mktemp("fleet")
    return ManyHosts(folder, nodes)


def _timed(run: Any, what: str) -> Any:
    began = time.monotonic()
    finished = run()
    say(f"{HOSTS} hosts, {what}: {time.monotonic() - began:.0f} s")
    return finished


def _outcomes(document: Any) -> Any:
    """Return what a document says about each batch and host, without times."""
    hosts = {
        name: (host["status"], [(one["id"], one["action"]) for one in host["resources"]])
        for name, host in document["envoys"].items()
    }
    return document["status"], [batch["hosts"] for batch in document["batches"]], hosts


def test_the_result_is_that_of_one_controller(fleet: ManyHosts) -> None:
    alone = _timed(lambda: fleet.run(*OPTIONS), "one controller")
    assert alone.status == 0, alone.err
    fleet.forget()
    shared = _timed(lambda: fleet.on_mesh(*OPTIONS), f"{len(NAMES)} nodes")
    assert shared.status == 0, shared.err
    assert _outcomes(shared.document) == _outcomes(alone.document)
    assert Counter(map(tuple, fleet.seen().values())) == {tuple(_DONE): HOSTS}


def _begun(fleet: ManyHosts) -> int:
    return sum(1 for _ in fleet.folder.glob("h*.log"))


def test_a_node_is_lost_in_the_middle(nodes: LocalReceptor, fleet: ManyHosts) -> None:
    fleet.forget()
    process = fleet.start(*OPTIONS)
    until = time.monotonic() + _PATIENCE
    while _begun(fleet) < HOSTS // 4:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.2)
    nodes.cut_power("n2")
    out, err = process.communicate(timeout=_PATIENCE)
    nodes.restore_power("n2")
    statuses = {name: one["status"] for name, one in json.loads(out)["envoys"].items()}
    lost = [name for name, status in statuses.items() if status == "unreachable"]
    assert set(statuses.values()) == {"changed", "unreachable"}, err
    assert 0 < len(lost) <= HOSTS // len(NAMES)
    before = fleet.seen()
    again = _timed(lambda: fleet.on_mesh("--resume", *OPTIONS), f"{len(lost)} of them resumed")
    assert again.status == 0, again.err
    assert {one["status"] for one in again.document["envoys"].values()} <= {"changed", "converged"}
    for host, seen in fleet.seen().items():
        if statuses[host] == "changed":
            assert seen == before[host] == _DONE, f"{host} was finished, and ran again"
        else:
            assert seen[-2:] == _DONE, host
