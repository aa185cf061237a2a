# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes first because others use it, as far as that is known when the stack is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.emit.tasks.sequence import sequence
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import Diagnostic
from vigo_bridge.resolve import resolve
from vigo_bridge.resolve.resolver import check
from vigo_bridge.resolve.trace import trace

WEB = "{name: web, type: container, container: web, image: redis, %s}"
NET = "{name: net, type: network, network: back%s}"
DATA = "{name: data, type: volume, volume: data%s}"

#: case -> resources in the order of writing, and the IDs in the order of the graph
ORDERS: dict[str, tuple[list[str], str]] = {
    "a network": ([WEB % "networks: back", NET % ""], "net web"),
    "a network among others": (
        [WEB % "network: front, networks: [front, back]", NET % ""],
        "net web",
    ),
    "with aliases": ([WEB % "networks: {back: {aliases: [x]}}", NET % ""], "net web"),
    "as the mode": ([WEB % "network_mode: back", NET % ""], "net web"),
    "another network": ([WEB % "networks: front", NET % ""], "web net"),
    "a volume": ([WEB % "volumes: 'data:/data'", DATA % ""], "data web"),
    "a volume among others": ([WEB % "volumes: [/srv:/srv, 'data:/d:ro']", DATA % ""], "data web"),
    "a folder of the same name": ([WEB % "volumes: /data:/data", DATA % ""], "web data"),
    "a volume with the name of a network": ([WEB % "volumes: 'back:/x'", NET % ""], "web net"),
    "by a variable": ([WEB % "networks: '{{ .Vars.net }}'", NET % ""], "net web"),
    "by a variable, the provider": (
        [WEB % "networks: back", "{name: net, type: network, network: '{{ .Vars.net }}'}"],
        "net web",
    ),
    "by a variable that does not exist here": (
        [WEB % "networks: '{{ .Traits.os.family }}'", NET % ""],
        "web net",
    ),
    "another engine": ([WEB % "networks: back", NET % ", docker_host: 'unix:///x'"], "web net"),
    "the same other engine": (
        [WEB % "networks: back, docker_host: 'unix:///x'", NET % ", docker_host: 'unix:///x'"],
        "net web",
    ),
    "a container that is removed": (
        [NET % "", WEB % "networks: back, state: absent"],
        "web net",
    ),
    "all is removed": ([NET % ", state: absent", WEB % "networks: back, state: absent"], "web net"),
    "a network that is removed": ([WEB % "networks: back", NET % ", state: absent"], "web net"),
    "by the item of a case": (
        [
            "{name: web, type: container, container: web, image: redis, case: '{{ .Vars.net }}',"
            " match: {back: {networks: back}, default: {networks: front}}}",
            NET % "",
        ],
        "net web",
    ),
}


def stack(folder: Path, resources: list[str]) -> Path:
    lines = "".join(f"  - {resource}\n" for resource in resources)
    files = {
        "configcrates/a.vgo": f"name: a\nvars: {{net: back}}\nresources:\n{lines}",
        "envoys.vgo": "match: '*'\nconfigcrates: [a]\n",
        "stack.vgo": "name: shop\nid: '0123456789abcdef0123456789abcdef'\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(("resources", "order"), ORDERS.values(), ids=ORDERS)
def test_order(resources: list[str], order: str, tmp_path: Path) -> None:
    plan, found = resolve(load(stack(tmp_path, resources)), ["host"])
    assert [str(each) for each in found if each.severity == "error"] == []
    (crate,) = sequence(plan.groups[0])
    assert " ".join(step.resource.id.removeprefix("a/") for step in crate.steps) == order


def test_the_graph_and_the_trace_show_it(tmp_path: Path) -> None:
    loaded = load(stack(tmp_path, [WEB % "networks: back", NET % ""]))
    plan, _found = resolve(loaded, ["host"])
    traced = trace(loaded, plan)
    assert traced.drawing.order == (("a/net", "a/web"),)
    assert [each.needs for each in traced.resources] == [(), ("a/net",)]


def errors(folder: Path) -> list[Diagnostic]:
    return [each for each in check(load(folder)) if each.severity == "error"]


def test_a_cycle_names_the_implied_edge(tmp_path: Path) -> None:
    resources = [WEB % "networks: back", NET % ", depends_on: web"]
    (problem,) = errors(stack(tmp_path, resources))
    assert problem.code == "VB401"
    assert "a/web needs a/net (uses network back), which needs a/web (depends_on)" in str(problem)


def test_two_resources_of_one_network(tmp_path: Path) -> None:
    resources = [NET % "", "{name: other, type: network, network: back}"]
    (problem,) = errors(stack(tmp_path, resources))
    assert problem.code == "VB207"
    assert "network 'back' is defined twice for one envoy" in str(problem)
