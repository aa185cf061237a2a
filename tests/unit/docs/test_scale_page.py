# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/scale.md: its files are valid, and its table has all keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.cli.commands import all_commands, has_mesh
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.mesh import mesh_file, player
from vigo_bridge.mesh.sharding import Facts, shards

PAGE = (Path(__file__).parents[3] / "docs/scale.md").read_text(encoding="utf-8")
FILES = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if "nodes:" in block]


@pytest.mark.parametrize("text", FILES)
def test_files_are_valid(text: str) -> None:
    found = Diagnostics()
    assert mesh_file.read_mesh("mesh.yml", text.encode(), found), list(found)


def test_shared_hosts_are_divided_as_the_page_says() -> None:
    (text,) = (text for text in FILES if "europe" in text)
    mesh = mesh_file.read_mesh("mesh.yml", text.encode(), Diagnostics())
    assert mesh
    found = shards(["a.eu.example.com", "b.eu.example.com", "c.us"], mesh, Facts())
    assert [(shard.node.name, shard.hosts) for shard in found] == [
        ("eu-1", ("a.eu.example.com",)),
        ("eu-2", ("b.eu.example.com",)),
        ("rest", ("c.us",)),
    ]


def test_the_table_has_all_keys() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, re.M)
    for way, shape in mesh_file.WAYS.items():
        assert {key for key, ways in rows if ways in ("all", f"`{way}`")} == set(shape.keys)


def test_the_commands_have_the_option() -> None:
    names = re.search(r"`--mesh` is an option of (.*?)\.", PAGE, re.S)
    assert names
    assert {*re.findall(r"`([a-z ]+)`", names[1])} == {
        name for name, command in all_commands() if has_mesh(command)
    }


def test_the_time_after_which_a_node_is_lost() -> None:
    assert f"{player._SILENCE:g} seconds" in PAGE.replace("\n", " ")


def test_the_model_follows_from_the_costs() -> None:
    """Each row of the model is computed from the number of hosts and the cost of one."""
    cost = re.search(r"processor time of a node, for each host \| ([0-9.]+) s", PAGE)
    total = re.search(r"For ([0-9,]+) hosts, they result in this model", PAGE)
    assert cost
    assert total
    rows = re.findall(r"^\| (\d+) \| (\d+) \| ([0-9,]+) \| ([0-9,]+) s \| (\d+) s \|$", PAGE, re.M)
    assert len(rows) == 4
    for row in rows:
        nodes, processors, hosts, spent, shortest = (int(text.replace(",", "")) for text in row)
        assert hosts == int(total[1].replace(",", "")) / nodes
        assert spent == hosts * float(cost[1])
        assert abs(shortest - spent / processors) < 1
