# SPDX-License-Identifier: GPL-3.0-or-later
"""Work units of a real Receptor mesh: lost nodes, strangers, and who gets which secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.local_receptor import LocalReceptor, local_receptor
from tests.integration.mesh_fleet import wait_for
from tests.integration.mesh_units import answer, end, release, state
from tests.testbed.receptor_setup import CONTROLLER, SECRETS_SERVICE
from tests.work_units import packed_unit, shell
from vigo_bridge.mesh.answer import HostResult
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.secrets.units import unit_secrets

SECRETS = Secrets({"web/key": "of all hosts", "web/other": "of other hosts"}, lambda paths: {})


@pytest.fixture(scope="module")
def mesh() -> Iterator[LocalReceptor]:
    with local_receptor(["n1", "n2"]) as running:
        yield running


def start_sleeping(mesh: LocalReceptor, node: str, folder: Path) -> str:
    command = shell(f"echo began >> {folder}/began; exec sleep 600")
    unit = mesh.submit(node, packed_unit(folder, command, hosts=["h1"]))
    wait_for((folder / "began").exists)
    return unit


def test_a_unit_of_another_version(mesh: LocalReceptor, tmp_path: Path) -> None:
    header, rest = packed_unit(tmp_path, shell(f"touch {tmp_path}/said")).split(b"\n", 1)
    content = json.loads(header)
    content["vigo_bridge"]["version"] = "0.0.1"
    unit = mesh.submit("n1", json.dumps(content).encode() + b"\n" + rest)
    ended = end(answer(mesh, unit))
    assert ended.status == "error"
    assert "the controller has vigo-bridge 0.0.1, and this node has" in ended.explanation
    assert not (tmp_path / "said").exists()
    release(mesh, unit)


@pytest.mark.sweep
def test_secrets_of_other_hosts_and_of_ended_units(mesh: LocalReceptor, tmp_path: Path) -> None:
    def said(name: str, path: str, token: str) -> str:
        payload = packed_unit(
            tmp_path / name, shell(f"true secret:{path}"), hosts=["h1"], token=token
        )
        unit = mesh.submit("n2", payload)
        results = [part for part in answer(mesh, unit) if isinstance(part, HostResult)]
        release(mesh, unit)
        return results[0].content

    with unit_secrets(mesh.secrets_socket) as units:
        with units.unit(SECRETS, ["web/key"]) as token:
            assert '"rc": 0' in said("allowed", "web/key", token)
            assert "do not use web/other" in said("other", "web/other", token)
        assert "may not ask for secrets any more" in said("ended", "web/key", token)
    assert "its vigo-bridge may have ended" in said("alone", "web/key", token)


@pytest.mark.sweep
def test_many_hosts_ask_at_once(mesh: LocalReceptor, tmp_path: Path) -> None:
    hosts = [f"h{number}" for number in range(12)]
    with (
        unit_secrets(mesh.secrets_socket) as units,
        units.unit(SECRETS, ["web/key"]) as token,
    ):
        forks = {"ANSIBLE_FORKS": "12"}
        payload = packed_unit(
            tmp_path, shell("true secret:web/key"), hosts=hosts, token=token, environment=forks
        )
        unit = mesh.submit("n1", payload)
        results = [part for part in answer(mesh, unit) if isinstance(part, HostResult)]
    assert len(results) == len(hosts)
    assert all('"rc": 0' in part.content for part in results)
    release(mesh, unit)


def test_work_that_is_not_signed(mesh: LocalReceptor, tmp_path: Path) -> None:
    payload = packed_unit(tmp_path, shell(f"touch {tmp_path}/said"))
    with pytest.raises(RuntimeError, match="could not verify signature"):
        mesh.submit("n1", payload, sign=False)
    assert not (tmp_path / "said").exists()


def test_the_service_for_secrets_requires_a_certificate(mesh: LocalReceptor) -> None:
    request = json.dumps({"token": "any", "paths": ["web/key"]}).encode() + b"\n"
    with unit_secrets(mesh.secrets_socket), mesh.stranger("n3", certified="n3") as stranger:
        answered = stranger.call(CONTROLLER, SECRETS_SERVICE, request)
        assert b"may not ask for secrets any more" in answered
        with pytest.raises(RuntimeError, match="insecure connection to secure service"):
            stranger.call(CONTROLLER, SECRETS_SERVICE, request, tls="")


@pytest.mark.sweep
def test_another_node_that_takes_a_name(mesh: LocalReceptor, tmp_path: Path) -> None:
    """A node with a certificate of its own gets no work of the node whose name it takes."""
    mesh.cut_power("n1")
    wait_for(lambda: "n1" not in mesh.routes())
    try:
        with mesh.stranger("n1", certified="n3") as stranger:
            mesh.wait_for(["n1"])
            unit = mesh.submit("n1", packed_unit(tmp_path, shell(f"touch {tmp_path}/said")))
            wait_for(lambda: "certificate" in mesh.ask(f"work status {unit}")["Detail"])
            assert stranger.units() == []
        assert not (tmp_path / "said").exists()
        mesh.ask(f"work force-release {unit}")
    finally:
        mesh.restore_power("n1")


@pytest.mark.sweep
def test_a_node_that_is_killed(mesh: LocalReceptor, tmp_path: Path) -> None:
    """Its unit is neither finished nor run a second time. Receptor says that it runs, for ever."""
    unit = start_sleeping(mesh, "n2", tmp_path)
    mesh.cut_power("n2")
    wait_for(lambda: "n2" not in mesh.routes())
    assert state(mesh, unit) == "Running"
    mesh.restore_power("n2")
    assert state(mesh, unit) == "Running"
    assert (tmp_path / "began").read_text() == "began\n"
    assert mesh.processes("n2") == []
    mesh.ask(f"work force-release {unit}")


@pytest.mark.sweep
def test_a_node_that_is_frozen(mesh: LocalReceptor, tmp_path: Path) -> None:
    """Its unit goes on when the node does."""
    unit = start_sleeping(mesh, "n2", tmp_path)
    with mesh.frozen("n2"):
        wait_for(lambda: "n2" not in mesh.routes())
        assert state(mesh, unit) == "Running"
    mesh.wait_for(["n2"])
    assert (tmp_path / "began").read_text() == "began\n"
    mesh.ask(f"work cancel {unit}")
    wait_for(lambda: mesh.processes("n2") == [])
    release(mesh, unit)
