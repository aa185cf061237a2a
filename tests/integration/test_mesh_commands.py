# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands besides `run` on the nodes of a mesh over SSH and of Receptor: rollbacks and watchers.

`test_stack_state.py` has the commands for containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.local_receptor import LocalReceptor, local_receptor
from tests.integration.mesh_fleet import processes, write_mesh
from tests.integration.program import Finished
from tests.integration.watched_fleet import WatchedFleet

NODES = ("n1", "n2")


@pytest.fixture(scope="module")
def receptor() -> Iterator[LocalReceptor]:
    with local_receptor(NODES) as running:
        yield running


class PagesOnMesh(WatchedFleet):
    """Two hosts, h1 on the node n1 and h2 on n2."""

    def __init__(self, folder: Path, receptor: LocalReceptor | None) -> None:
        """Prepare the hosts. receptor: the nodes; None for nodes over SSH."""
        super().__init__(folder, 2)
        self.mesh = write_mesh(folder, NODES)
        if receptor:
            self.mesh.write_text(receptor.mesh.read_text())
        self.options = ["--mesh", str(self.mesh)]
        self._receptor = receptor
        self._nodes = receptor.folder if receptor else folder
        self._before = self._all_units()

    def on_mesh(self, *words: str) -> Finished:
        """Run a command for hosts, which must use both nodes."""
        before = self.units()
        common = ["--stacks", str(self.stack), "-i", str(self.inventory), "-o", "json"]
        finished = self(*words, *common, *self.options)
        first, second = self.units()
        assert first == second > before[0], finished.err + finished.out
        assert not self._receptor or self._receptor.left() == []
        return finished

    def units(self) -> list[int]:
        """Return how many units each node has begun."""
        return [now - then for now, then in zip(self._all_units(), self._before, strict=True)]

    def _all_units(self) -> list[int]:
        return [len(processes(self._nodes, name)) for name in NODES]

    def pages(self) -> list[str]:
        return [self.page(host).read_text() for host in self.fates if self.page(host).exists()]


@pytest.fixture(params=["ssh", pytest.param("receptor", marks=pytest.mark.sweep)])
def fleet(tmp_path: Path, request: pytest.FixtureRequest) -> PagesOnMesh:
    nodes = request.getfixturevalue("receptor") if request.param == "receptor" else None
    return PagesOnMesh(tmp_path, nodes)


@pytest.mark.sweep
def test_rollback(fleet: PagesOnMesh) -> None:
    for text in ("one", "two"):
        assert fleet.on_mesh("run", "--set", f"text={text}").status == 0
    assert fleet.pages() == ["two\n"] * 2
    assert fleet.on_mesh("rollback").status == 0
    assert fleet.pages() == ["one\n"] * 2


@pytest.mark.sweep
def test_a_failed_rollout_is_undone_on_all_nodes(fleet: PagesOnMesh) -> None:
    assert fleet.on_mesh("run").status == 0
    broken = fleet.folder / "h2" / "broken"
    broken.touch()
    run = fleet.on_mesh("run", "--set", "text=new", "--on-failure", "rollback-all")
    assert run.status == 3
    assert fleet.pages() == ["hello\n"] * 2
    assert {name: host["status"] for name, host in run.document["envoys"].items()} == {
        "h1": "rolled_back",
        "h2": "failed",
    }
    assert fleet.on_mesh("rollout", "undo").status == 0
    assert fleet.pages() == ["hello\n"] * 2


def test_a_watcher_repairs_through_nodes(fleet: PagesOnMesh) -> None:
    assert fleet.on_mesh("watch", "--repair", "--turns", "1").status == 0
    assert fleet.pages() == ["hello\n"] * 2
    assert fleet.units() == [2, 2], "a check and a repair"


@pytest.mark.sweep
def test_a_watcher_reads_the_list_of_nodes_in_each_turn(fleet: PagesOnMesh) -> None:
    good = fleet.mesh.read_text()
    watcher = fleet.watch(*fleet.options)
    try:
        assert watcher.turn(ask=False)["fleet"]["problems"] == []
        fleet.mesh.write_text("nodes: {n1: {via: shs}}")
        (problem,) = watcher.turn()["fleet"]["problems"]
        assert "mesh.yml:1:19: error: node n1 has an unknown 'via': 'shs'" in str(problem)
        fleet.mesh.write_text(good)
        assert watcher.turn()["fleet"]["problems"] == []
    finally:
        assert watcher.stop() == 0
