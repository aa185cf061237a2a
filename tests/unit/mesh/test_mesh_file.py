# SPDX-License-Identifier: GPL-3.0-or-later
"""mesh.yml: what is valid, and what is reported with which position and suggestion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.yaml_files import read_yaml
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.mesh.mesh_file import read_mesh
from vigo_bridge.mesh.nodes import Command, Mesh, Node, Receptor

CASES = read_yaml(Path(__file__).parent / "mesh_files.yml")


def _shown(found: Diagnostic) -> str:
    place = f"{found.position.line}:{found.position.column} " if found.position else ""
    return place + found.message + (f"; {found.suggestion}" if found.suggestion else "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_files(case: dict[str, Any]) -> None:
    found = Diagnostics()
    mesh = read_mesh("mesh.yml", case["file"].encode(), found)
    assert [_shown(finding) for finding in found.sorted()] == case["errors"]
    assert (mesh is None) == bool(case["errors"])


def test_values() -> None:
    everything = next(case for case in CASES if case["name"].startswith("everything"))
    ssh = ("ssh", "-o", "ConnectTimeout 5", "eu.example.com", "/opt/vigo/bin/vigo-bridge")
    assert read_mesh("mesh.yml", everything["file"].encode(), Diagnostics()) == Mesh(
        (
            Node(
                "eu",
                Command((*ssh, "mesh", "worker")),
                hosts=("*.eu.example.com", "db[12]"),
                groups=("europe",),
                traits=(("os.distro", "debian"), ("os.arch", "x86_64")),
            ),
            Node(
                "us",
                Receptor(
                    Path("/run/receptor/receptor.sock"), "us-1.example.com", "mesh", "vigo", True
                ),
            ),
        )
    )


def test_defaults_of_receptor() -> None:
    text = b"nodes: {us: {via: receptor, socket: /run/r.sock}}"
    assert read_mesh("mesh.yml", text, Diagnostics()) == Mesh(
        (Node("us", Receptor(Path("/run/r.sock"), "us", "", "vigo-bridge", False)),)
    )
