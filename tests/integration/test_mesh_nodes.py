# SPDX-License-Identifier: GPL-3.0-or-later
"""Work units on nodes of a real Receptor mesh: what runs, what is left, and who gets secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.integration.mesh_fleet import wait_for
from tests.integration.mesh_units import answer, end, release, state
from tests.testbed import Testbed, TestbedError
from tests.testbed.receptor import Mesh, Node, start_mesh
from tests.testbed.receptor_setup import DATA
from tests.work_units import packed_unit, shell
from vigo_bridge.mesh.answer import HostResult
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.secrets.units import unit_secrets

pytestmark = pytest.mark.integration

CANARY = "Kanarienvogel-in-der-Mine"
SECRETS = Secrets({"web/key": CANARY, "web/other": "of other hosts"}, lambda paths: {})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all nodes have, too."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def mesh(testbed: Testbed, shared: Path) -> Iterator[Mesh]:
    running = start_mesh(testbed.base, ["n1", "n2"], shared)
    yield running
    running.remove()


@pytest.fixture
def here(shared: Path, request: pytest.FixtureRequest) -> Path:
    """Return a folder of the test's own that the nodes have, too."""
    folder: Path = shared / request.node.name
    folder.mkdir()
    return folder


def workers(node: Node) -> list[str]:
    """Return the processes of units on a node."""
    return [line for line in node.commands() if "vigo_bridge" in line or "sleep 600" in line]


def left_in_memory(node: Node) -> str:
    return node.run("ls /dev/shm")


def test_the_life_of_a_unit(mesh: Mesh, here: Path) -> None:
    payload = packed_unit(here, shell(f"hostname >> {here}/said"))
    unit = mesh.submit("n1", payload)
    parts = answer(mesh, unit)
    assert end(parts).status == "successful"
    files = {part.file for part in parts if isinstance(part, HostResult)}
    assert files == {"h1.json", "h2.json"}
    assert (here / "said").read_text() == "n1\nn1\n"
    wait_for(lambda: state(mesh, unit) == "Succeeded")
    node = mesh.nodes["n1"]
    assert workers(node) == []
    assert left_in_memory(node) == ""
    assert node.run(f"ls {DATA}/n1") != ""
    release(mesh, unit)
    assert node.run(f"ls {DATA}/n1") == ""
    assert unit not in mesh.ask("work list")


def places(mesh: Mesh) -> Mapping[str, bytes]:
    """Return all that the disks of controller and nodes have, and what users of nodes can see."""
    found = {
        str(path): path.read_bytes()
        for path in mesh.folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    for name, node in mesh.nodes.items():
        found[f"disk of {name}"] = node.files()
        seen = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; find /dev/shm -type f"
        found[f"processes of {name}"] = node.run(
            f"{seen} -exec cat {{}} + | base64; true"
        ).encode() + node.run(f"{seen} -exec cat {{}} +; true").encode(errors="replace")
    return found


def with_canary(mesh: Mesh) -> list[str]:
    return [place for place, content in places(mesh).items() if CANARY.encode() in content]


@pytest.mark.sweep
def test_secrets_are_on_no_disk(mesh: Mesh, here: Path) -> None:
    """Search while the unit runs and afterwards; the target's own file is outside of all disks."""
    page = {
        "id": "site/page",
        "type": "file",
        "target_path": f"{here}/$ME",
        "content": "secret:web/key",
        "mode": "0600",
    }
    page["target_path"] = f"{here}/page"
    waiting = shell(f"touch {here}/waits; until test -e {here}/go; do sleep 0.1; done")
    waiting["depends_on"] = ["site/page"]
    with (
        unit_secrets(mesh.secrets_socket) as units,
        units.unit(SECRETS, ["web/key"]) as token,
    ):
        payload = packed_unit(here, page, waiting, hosts=["h1"], token=token)
        unit = mesh.submit("n1", payload)
        wait_for((here / "waits").exists)
        assert (here / "page").read_text() == CANARY
        during = with_canary(mesh)
        (here / "go").touch()
        parts = answer(mesh, unit)
    assert end(parts).status == "successful"
    assert during == []
    assert with_canary(mesh) == []
    assert CANARY not in repr(parts)
    # The search finds what is there.
    mesh.nodes["n2"].run(f"echo {CANARY} > /var/tmp/here")
    assert with_canary(mesh) == ["disk of n2"]
    mesh.nodes["n2"].run("rm /var/tmp/here")
    release(mesh, unit)


def start_sleeping(mesh: Mesh, node: str, here: Path) -> str:
    unit = mesh.submit(
        node, packed_unit(here, shell(f"echo began >> {here}/began; exec sleep 600"), hosts=["h1"])
    )
    wait_for((here / "began").exists)
    return unit


def test_a_canceled_unit_leaves_nothing(mesh: Mesh, here: Path) -> None:
    unit = start_sleeping(mesh, "n1", here)
    node = mesh.nodes["n1"]
    assert workers(node) != []
    mesh.ask(f"work cancel {unit}")
    wait_for(lambda: workers(node) == [])
    assert left_in_memory(node) == ""
    release(mesh, unit)


def test_the_search_for_processes_works(mesh: Mesh) -> None:
    assert any("receptor" in line for line in mesh.nodes["n1"].commands())
    with pytest.raises(TestbedError):
        mesh.nodes["n1"].run("false")
