# SPDX-License-Identifier: GPL-3.0-or-later
"""Which node of a mesh gets which hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.yaml_files import read_yaml
from vigo_bridge.mesh.nodes import Command, Mesh, Node
from vigo_bridge.mesh.sharding import Facts, homeless, shards, unknown_groups

CASES = read_yaml(Path(__file__).parent / "sharding.yml")


def _mesh(nodes: dict[str, dict[str, list[str]]]) -> Mesh:
    return Mesh(
        tuple(
            Node(
                name,
                Command(("ssh", name)),
                tuple(selected.get("hosts", ())),
                tuple(selected.get("groups", ())),
                tuple(tuple(trait.split("=")) for trait in selected.get("traits", ())),  # type: ignore[misc]
            )
            for name, selected in nodes.items()
        )
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_shards(case: dict[str, Any]) -> None:
    mesh = _mesh(case["nodes"])
    groups = {name: frozenset(hosts) for name, hosts in case.get("groups", {}).items()}
    facts = Facts(groups, case.get("traits", {}))
    assert list(homeless(case["hosts"], mesh, facts)) == case.get("homeless", [])
    assert [f"{node.name} {group}" for node, group in unknown_groups(mesh, facts)] == case.get(
        "unknown_groups", []
    )
    if "homeless" not in case:
        found = shards(case["hosts"], mesh, facts)
        assert {shard.node.name: list(shard.hosts) for shard in found} == case["shards"]


@given(
    hosts=st.lists(
        st.sampled_from([f"{kind}{n}" for kind in "ab" for n in range(30)]), unique=True
    ),
    globs=st.lists(st.sampled_from(["a*", "b*", "*1", "[ab]?", ""]), min_size=1, max_size=5),
)
def test_each_host_is_in_one_shard(hosts: list[str], globs: list[str]) -> None:
    mesh = _mesh(
        {"rest": {}} | {f"n{n}": {"hosts": [glob]} for n, glob in enumerate(globs) if glob}
    )
    found = shards(hosts, mesh, Facts())
    assert sorted(host for shard in found for host in shard.hosts) == sorted(hosts)
    for shard in found:
        assert list(shard.hosts) == [host for host in hosts if host in shard.hosts]
