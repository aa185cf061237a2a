# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts get their secrets through the nodes of a mesh, and nodes keep none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.local_receptor import LocalReceptor, ReceptorFleet, local_receptor
from tests.integration.mesh_fleet import MeshFleet
from vigo_bridge.secrets.units import unit_secrets

CANARY = "Kanarienvogel-in-der-Mine"
SECRETS = {
    "VIGO_SECRET_SITE_KEY": CANARY,
    "VIGO_SECRET_SITE_CHECK": "checked",
    "VIGO_SECRET_H1": "h1s",
}
#: What hosts do with a secret; it is an argument of the shell, but not of anything on a node.
USE = "printf '%s\\n' secret:site/key >> HERE/$ME.log"


@pytest.fixture(scope="module")
def nodes() -> Iterator[LocalReceptor]:
    with local_receptor(["n1", "n2"]) as running:
        yield running


def with_canary(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if CANARY.encode() in path.read_bytes()]


def test_secrets_through_receptor(nodes: LocalReceptor, tmp_path: Path) -> None:
    fleet = ReceptorFleet(tmp_path, nodes, USE, 4)
    check = "grep -q Kanarienvogel HERE/$ME.log && test secret:site/check = checked"
    finished = fleet.on_mesh("--batch-size", "2", "--health-check", check, **SECRETS)
    assert finished.status == 0, finished.err + finished.out
    assert fleet.seen() == {f"h{number}": ["converge", CANARY] for number in (1, 2, 3, 4)}
    assert CANARY not in finished.out + finished.err
    assert with_canary(nodes.folder) == []
    assert nodes.left() == []


def test_secrets_through_ssh(tmp_path: Path) -> None:
    fleet = MeshFleet(tmp_path, USE, 4)
    finished = fleet.run("--mesh", str(fleet.mesh), environment=SECRETS)
    assert finished.status == 0, finished.err + finished.out
    assert fleet.seen() == {f"h{number}": ["converge", CANARY] for number in (1, 2, 3, 4)}
    assert CANARY not in finished.out + finished.err


def test_a_secret_in_a_variable_of_the_inventory(nodes: LocalReceptor, tmp_path: Path) -> None:
    """Each node gets those of its own hosts."""
    command = f"test '{{{{ .Vars.word }}}} {{{{ .Vars.other }}}}' = 'h1s {CANARY}'"
    fleet = ReceptorFleet(tmp_path, nodes, command, 1)
    text = fleet.inventory.read_text().rstrip()
    lookup = "lookup('vigo.bridge.secret', 'site/key')"
    fleet.inventory.write_text(f'{text} word=secret:h1 other="{{{{ {lookup} }}}}"\n')
    crate = fleet.stack / "configcrates/site.vgo"
    crate.write_text(
        crate.read_text().replace("fate: good", "fate: good\n  word: none\n  other: none")
    )
    finished = fleet.on_mesh(**SECRETS)
    assert finished.status == 0, finished.err + finished.out


def test_a_password_in_the_inventory(nodes: LocalReceptor, tmp_path: Path) -> None:
    fleet = ReceptorFleet(tmp_path, nodes, "true", 1)
    text = fleet.inventory.read_text().rstrip()
    fleet.inventory.write_text(f"{text} ansible_become_password=hidden\n")
    finished = fleet.on_mesh()
    assert finished.status == 1
    assert "Receptor would store the variable ansible_become_password of h1" in finished.err
    assert fleet.seen() == {"h1": []}


def test_the_socket_is_in_use(nodes: LocalReceptor, tmp_path: Path) -> None:
    fleet = ReceptorFleet(tmp_path, nodes, USE, 1)
    with unit_secrets(nodes.folder / "secrets/mesh.sock"):
        finished = fleet.on_mesh(**SECRETS)
    assert finished.status == 1
    assert "another vigo-bridge serves secrets on" in finished.err
    assert "Nothing was changed." in finished.err
    assert fleet.seen() == {"h1": []}
