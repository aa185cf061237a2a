# SPDX-License-Identifier: GPL-3.0-or-later
"""Work units on nodes of a real Receptor mesh: what runs, what is left, and who gets secrets."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.testbed import Testbed, TestbedError
from tests.testbed.receptor import Mesh, Node, start_mesh
from tests.testbed.receptor_setup import CONTROLLER, DATA, SECRETS_SERVICE
from tests.work_units import packed_unit, shell
from vigo_bridge.mesh.answer import Answer, Ended, HostResult, read_answer
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
    folder = shared / request.node.name
    folder.mkdir()
    return folder


def answer(mesh: Mesh, unit: str) -> list[Answer]:
    return list(read_answer(io.BytesIO(b"".join(mesh.results(unit)))))


def end(parts: list[Answer]) -> Ended:
    last = parts[-1]
    assert isinstance(last, Ended), parts
    return last


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def state(mesh: Mesh, unit: str) -> str:
    return str(mesh.ask(f"work status {unit}")["StateName"])


def workers(node: Node) -> list[str]:
    """Return the processes of units on a node."""
    return [line for line in node.commands() if "vigo_bridge" in line or "sleep 600" in line]


def left_in_memory(node: Node) -> str:
    return node.run("ls /dev/shm")


def release(mesh: Mesh, *units: str) -> None:
    for unit in units:
        mesh.ask(f"work release {unit}")


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


def test_a_unit_of_another_version(mesh: Mesh, here: Path) -> None:
    header, rest = packed_unit(here, shell(f"touch {here}/said")).split(b"\n", 1)
    content = json.loads(header)
    content["vigo_bridge"]["version"] = "0.0.1"
    unit = mesh.submit("n1", json.dumps(content).encode() + b"\n" + rest)
    ended = end(answer(mesh, unit))
    assert ended.status == "error"
    assert "the controller has vigo-bridge 0.0.1, and this node has" in ended.explanation
    assert not (here / "said").exists()
    release(mesh, unit)


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


def test_secrets_of_other_hosts_and_of_ended_units(mesh: Mesh, here: Path) -> None:
    def said(name: str, path: str, token: str) -> str:
        payload = packed_unit(here / name, shell(f"true secret:{path}"), hosts=["h1"], token=token)
        unit = mesh.submit("n2", payload)
        results = [part for part in answer(mesh, unit) if isinstance(part, HostResult)]
        release(mesh, unit)
        return results[0].content

    with unit_secrets(mesh.secrets_socket) as units:
        with units.unit(SECRETS, ["web/key"]) as token:
            assert '"rc": 0' in said("allowed", "web/key", token)
            assert "do not use web/other" in said("other", "web/other", token)
        assert "may not ask for secrets any more" in said("ended", "web/key", token)
    assert "did not answer" in said("no controller", "web/key", token)


def test_many_hosts_ask_at_once(mesh: Mesh, here: Path) -> None:
    hosts = [f"h{number}" for number in range(12)]
    with (
        unit_secrets(mesh.secrets_socket) as units,
        units.unit(SECRETS, ["web/key"]) as token,
    ):
        forks = {"ANSIBLE_FORKS": "12"}
        payload = packed_unit(
            here, shell("true secret:web/key"), hosts=hosts, token=token, environment=forks
        )
        unit = mesh.submit("n1", payload)
        results = [part for part in answer(mesh, unit) if isinstance(part, HostResult)]
    assert len(results) == len(hosts)
    assert all('"rc": 0' in part.content for part in results)
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


def test_work_that_is_not_signed(mesh: Mesh, here: Path) -> None:
    payload = packed_unit(here, shell(f"touch {here}/said"))
    with pytest.raises(RuntimeError, match="could not verify signature"):
        mesh.submit("n1", payload, sign=False)
    assert not (here / "said").exists()


def test_the_service_for_secrets_requires_a_certificate(mesh: Mesh) -> None:
    request = json.dumps({"token": "any", "paths": ["web/key"]}).encode() + b"\n"
    with unit_secrets(mesh.secrets_socket), mesh.stranger("n3", certified="n3") as stranger:
        answered = stranger.call(CONTROLLER, SECRETS_SERVICE, request)
        assert b"may not ask for secrets any more" in answered
        assert b"error" not in stranger.call(CONTROLLER, SECRETS_SERVICE, request, tls="")


@pytest.mark.sweep
def test_another_node_that_takes_a_name(mesh: Mesh, here: Path) -> None:
    """A node with a certificate of its own gets no work of the node whose name it takes."""
    mesh.nodes["n1"].kill()
    wait_for(lambda: "n1" not in mesh.routes())
    try:
        with mesh.stranger("n1", certified="n3") as stranger:
            mesh.wait_for(["n1"])
            unit = mesh.submit("n1", packed_unit(here, shell(f"touch {here}/said")))
            wait_for(lambda: "certificate" in mesh.ask(f"work status {unit}")["Detail"])
            assert stranger.units() == []
        assert not (here / "said").exists()
        mesh.ask(f"work force-release {unit}")
    finally:
        mesh.nodes["n1"].start()
        mesh.wait_for(["n1"])


@pytest.mark.sweep
def test_a_node_that_is_killed(mesh: Mesh, here: Path) -> None:
    """Its unit is neither finished nor run a second time."""
    unit = start_sleeping(mesh, "n2", here)
    mesh.nodes["n2"].kill()
    wait_for(lambda: "n2" not in mesh.routes())
    assert state(mesh, unit) == "Running"
    mesh.nodes["n2"].start()
    mesh.wait_for(["n2"])
    wait_for(lambda: state(mesh, unit) != "Running")
    parts = answer(mesh, unit)
    assert not any(isinstance(part, Ended) for part in parts)
    assert (here / "began").read_text() == "began\n"
    assert workers(mesh.nodes["n2"]) == []
    release(mesh, unit)


@pytest.mark.sweep
def test_a_node_that_is_frozen(mesh: Mesh, here: Path) -> None:
    """Its unit goes on when the node does."""
    unit = start_sleeping(mesh, "n2", here)
    with mesh.nodes["n2"].frozen():
        wait_for(lambda: "n2" not in mesh.routes())
        assert state(mesh, unit) == "Running"
    mesh.wait_for(["n2"])
    assert (here / "began").read_text() == "began\n"
    mesh.ask(f"work cancel {unit}")
    wait_for(lambda: workers(mesh.nodes["n2"]) == [])
    release(mesh, unit)


def test_the_search_for_processes_works(mesh: Mesh) -> None:
    assert any("receptor" in line for line in mesh.nodes["n1"].commands())
    with pytest.raises(TestbedError):
        mesh.nodes["n1"].run("false")
