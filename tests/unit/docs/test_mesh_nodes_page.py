# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/mesh-nodes.md: its files are valid, and belong to each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.mesh import mesh_file
from vigo_bridge.mesh.nodes import Mesh, Receptor

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "mesh-nodes.md").read_text(encoding="utf-8")


def entries(name: str) -> dict[str, dict[str, Any]]:
    """Return the last entry of each kind of a configuration of receptor."""
    found = yaml.safe_load((DOCS / "examples/mesh" / name).read_text(encoding="utf-8"))
    return {kind: values for entry in found for kind, values in entry.items()}


def mesh() -> Mesh:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    found = mesh_file.read_mesh("mesh.yml", text.encode(), Diagnostics())
    assert found
    return found


def test_the_settings_belong_to_each_other() -> None:
    controller, node = entries("controller.conf"), entries("node.conf")
    for each in mesh().nodes:
        way = each.way
        assert isinstance(way, Receptor)
        assert str(way.socket) == controller["control-service"]["filename"]
        assert way.tls_client == controller["tls-client"]["name"]
        assert way.work_type == node["work-command"]["worktype"]
        assert way.sign_work is node["work-command"]["verifysignature"]
    services = controller["unix-socket-client"], node["unix-socket-server"]
    assert services[0]["service"] == services[1]["remoteservice"]
    assert controller["node"]["id"] == services[1]["remotenode"]
    assert str(mesh().secrets_socket) == services[0]["filename"]
    assert f"--secrets-socket {services[1]['filename']}" in node["work-command"]["params"]
    assert f"port {node['tcp-listener']['port']}" in PAGE


def test_all_files_are_linked() -> None:
    for path in (DOCS / "examples/mesh").iterdir():
        assert f"](examples/mesh/{path.name})" in PAGE


def test_the_table_explains_what_the_configurations_have() -> None:
    parts = {*entries("controller.conf"), *entries("node.conf")}
    named = set(re.findall(r"`([a-z]+-[a-z-]+)`", PAGE.partition("### Why each part")[2]))
    assert {"tcp-listener", "tcp-peer", "control-service", "unix-socket-client"} <= named
    assert {name for name in named if name in parts or name.startswith(("tcp", "unix"))} <= parts
