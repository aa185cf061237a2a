# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands besides `run` on the nodes of a mesh: rollbacks and watchers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.mesh_fleet import processes, write_mesh
from tests.integration.program import Finished
from tests.integration.watched_fleet import WatchedFleet


class PagesOnMesh(WatchedFleet):
    """Two hosts, h1 on the node n1 and h2 on n2."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 2)
        self.options = ["--mesh", str(write_mesh(folder))]
        self._units = 0

    def on_mesh(self, *words: str) -> Finished:
        """Run a command for hosts, which must use both nodes."""
        common = ["--stacks", str(self.stack), "-i", str(self.inventory), "-o", "json"]
        finished = self(*words, *common, *self.options)
        units = [len(processes(self.folder, name)) for name in ("n1", "n2")]
        assert units[0] == units[1] > self._units, finished.err + finished.out
        self._units = units[0]
        return finished

    def pages(self) -> list[str]:
        return [self.page(host).read_text() for host in self.fates if self.page(host).exists()]


@pytest.fixture
def fleet(tmp_path: Path) -> PagesOnMesh:
    return PagesOnMesh(tmp_path)


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
    assert len(processes(fleet.folder, "n1")) == 2, "a check and a repair"


@pytest.mark.sweep
def test_a_watcher_reads_the_list_of_nodes_in_each_turn(fleet: PagesOnMesh) -> None:
    mesh = Path(fleet.options[1])
    good = mesh.read_text()
    watcher = fleet.watch(*fleet.options)
    try:
        assert watcher.turn(ask=False)["fleet"]["problems"] == []
        mesh.write_text("nodes: {n1: {via: shs}}")
        (problem,) = watcher.turn()["fleet"]["problems"]
        assert "mesh.yml:1:19: error: node n1 has an unknown 'via': 'shs'" in str(problem)
        mesh.write_text(good)
        assert watcher.turn()["fleet"]["problems"] == []
    finally:
        assert watcher.stop() == 0
