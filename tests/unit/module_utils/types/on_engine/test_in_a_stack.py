# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and volumes beside the containers of a stack: order, owners, forecast, pruning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import HOST, in_use

WEB: dict[str, Any] = {
    "type": "container",
    "container": "web",
    "image": "redis:7-alpine",
    "settle_time": 0,
}
NET: dict[str, Any] = {"type": "network", "network": "back"}
DATA: dict[str, Any] = {"type": "volume", "volume": "data"}


@pytest.fixture
def memory() -> InMemoryEngine:
    engine = InMemoryEngine()
    engine.have("redis:7-alpine")
    return engine


@pytest.fixture(autouse=True)
def state(tmp_path: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path))
        yield


def run(
    memory: InMemoryEngine,
    folder: Path,
    resources: Mapping[str, Mapping[str, Any]],
    *,
    check: bool = False,
    **arguments: Any,
) -> tuple[dict[str, str], Target]:
    """Return the action of each resource, with its reason where it failed or was skipped."""
    target = Target(check)
    given = [{"id": name, "docker_host": HOST, **resource} for name, resource in resources.items()]
    usual = {"scope": "shop", "stack_id": "id-1", "state_dir": str(folder)}
    with in_use(memory):
        results = converge({"resources": given, **usual, **arguments}, target)
    shown = {}
    for each in results:
        told = f": {each.reason}" if each.failed or each.action in ("skipped", "unknown") else ""
        shown[each.id] = each.action + told
    return shown, target


def actions(*arguments: Any, **named: Any) -> dict[str, str]:
    return run(*arguments, **named)[0]


def request(memory: InMemoryEngine, path: str, body: dict[str, Any]) -> None:
    assert memory.request("POST", path, 1.0, body=body).status_code == 200


#: A container before what it uses, in each form of its attributes.
USES: dict[str, dict[str, Any]] = {
    "network": {"network": "back"},
    "networks": {"networks": "front,back"},
    "networks with aliases": {"networks": {"back": {"aliases": ["x"]}}},
    "networks as a list": {"networks": ["back", "front"]},
    "network_mode": {"network_mode": "back"},
    "by a template": {"network": "{{ .Vars.net }}"},
    "a volume": {"volumes": "/srv:/srv,data:/data:ro"},
    "volumes as a list": {"volumes": ["data:/data"]},
    "beside an attribute that fails": {"network": "back", "volumes": "{{ .Vars.missing }}"},
}


@pytest.mark.parametrize("uses", USES.values(), ids=USES)
def test_what_is_used_comes_first(
    memory: InMemoryEngine, tmp_path: Path, uses: dict[str, Any]
) -> None:
    memory.paths.add("/srv")
    stack = {"a/web": {**WEB, **uses}, "b/net": NET, "b/data": DATA}
    order = list(actions(memory, tmp_path, stack, vars={"net": "back"}, check=True))
    needed = "b/net" if "back" in str(uses) or "net" in uses.get("network", "") else "b/data"
    assert order.index(needed) < order.index("a/web")


def test_a_stack_is_applied_once(memory: InMemoryEngine, tmp_path: Path) -> None:
    stack = {
        "a/web": {**WEB, "networks": "back", "volumes": "data:/data"},
        "a/net": {**NET, "internal": True},
        "a/data": DATA,
    }
    created = {"a/net": "created", "a/data": "created", "a/web": "created"}
    assert actions(memory, tmp_path, stack, check=True) == created
    assert actions(memory, tmp_path, stack) == created
    assert memory.networks["back"]["Internal"] is True
    assert memory.networks["back"]["Labels"][label.NETWORK] == "shop"
    assert memory.networks["back"]["Labels"][label.RESOURCE] == "a/net"
    assert memory.volume_details["data"]["Labels"][label.VOLUME] == "shop"
    assert set(actions(memory, tmp_path, stack).values()) == {"none"}
    assert set(actions(memory, tmp_path, stack, check=True).values()) == {"none"}


def test_a_container_is_removed_before_what_it_uses(memory: InMemoryEngine, tmp_path: Path) -> None:
    uses = {"networks": "back", "volumes": "data:/data"}
    stack = {"a/net": NET, "a/data": DATA, "a/web": {**WEB, **uses}}
    actions(memory, tmp_path, stack)
    gone = {name: {**resource, "state": "absent"} for name, resource in stack.items()}
    deleted = {"a/web": "deleted", "a/net": "deleted", "a/data": "deleted"}
    assert actions(memory, tmp_path, gone, check=True) == deleted
    assert actions(memory, tmp_path, gone) == deleted
    assert "back" not in memory.networks
    assert "data" not in memory.volumes
    assert set(actions(memory, tmp_path, gone).values()) == {"none"}


def test_a_container_waits_for_its_network(memory: InMemoryEngine, tmp_path: Path) -> None:
    stack = {"a/web": {**WEB, "networks": "back"}, "a/net": {**NET, "driver": "nope"}}
    told = actions(memory, tmp_path, stack)
    assert told["a/net"].startswith("failed: ")
    assert told["a/web"] == "skipped: a/net failed"
    assert memory.box("web") is None
    assert "back" not in memory.networks


def test_a_pending_network_is_enough_for_a_container(
    memory: InMemoryEngine, tmp_path: Path
) -> None:
    fixed = {"back": {"ipv4_address": "172.30.0.7"}}
    stack = {
        "a/web": {**WEB, "create_networks": False, "networks": fixed},
        "a/net": {**NET, "ipam": "172.30.0.0/24"},
    }
    expected = {"a/net": "created", "a/web": "created"}
    assert actions(memory, tmp_path, stack, check=True) == expected
    assert actions(memory, tmp_path, stack) == expected


def test_a_cycle_of_implied_edges_is_refused(memory: InMemoryEngine, tmp_path: Path) -> None:
    stack = {"a/web": {**WEB, "networks": "back"}, "a/net": {**NET, "depends_on": "web"}}
    with pytest.raises(ResourceError) as refused:
        run(memory, tmp_path, stack)
    story = "a/web needs a/net (uses network back), which needs a/web (depends_on)"
    assert story in str(refused.value)


def test_other_engines_have_other_networks(memory: InMemoryEngine, tmp_path: Path) -> None:
    stack = {
        "a/web": {**WEB, "networks": "back"},
        "a/net": {**NET, "docker_host": "unix:///other.sock"},
    }
    assert list(actions(memory, tmp_path, stack, check=True)) == ["a/web", "a/net"]


def test_two_resources_of_one_network(memory: InMemoryEngine, tmp_path: Path) -> None:
    told = actions(memory, tmp_path, {"a/one": NET, "a/two": NET})
    assert told["a/one"] == "created"
    assert told["a/two"].startswith("failed: resource a/one also manages network back")


def test_a_container_creates_no_network_that_is_described(
    memory: InMemoryEngine, tmp_path: Path
) -> None:
    stack: dict[str, dict[str, Any]] = {
        "a/conf": {"type": "exec", "command": "true", "notify": "net"},
        "a/net": {**NET, "internal": True, "when": "changed"},
        "a/web": {**WEB, "networks": "back"},
    }
    for each in stack.values():
        each.setdefault("docker_host", HOST)
    stack["a/conf"].pop("docker_host")
    told = converge_plain(memory, tmp_path, stack)
    assert told["a/web"].startswith(
        "failed: network back does not exist yet: resource a/net describes it"
    )


def converge_plain(
    memory: InMemoryEngine, folder: Path, stack: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    given = [{"id": name, **resource} for name, resource in stack.items()]
    arguments = {"resources": given, "scope": "shop", "stack_id": "id-1", "state_dir": str(folder)}
    with in_use(memory):
        return {each.id: f"{each.action}: {each.reason}" for each in converge(arguments, Target())}


def test_one_that_does_not_apply_here_is_created_by_the_container(
    memory: InMemoryEngine, tmp_path: Path
) -> None:
    stack = {
        "a/net": {**NET, "when": "file_exists('/no/such/file')"},
        "a/web": {**WEB, "networks": "back"},
    }
    assert actions(memory, tmp_path, stack)["a/web"] == "created"
    assert "back" in memory.networks


#: Whose one is that exists, and what is said of it: equal, different, and absent.
OWNERS: dict[str, tuple[dict[str, str], str]] = {
    "another tool": ({}, "it was created by another tool"),
    "a module alone": ({label.NETWORK: "true"}, "it was created by another tool"),
    "another stack": (
        {label.NETWORK: "blog", label.STACK_ID: "id-2", label.RESOURCE: "x/net"},
        "it belongs to another stack, 'blog' (id id-2, resource x/net)",
    ),
    "a stack of the same name": (
        {label.NETWORK: "shop", label.STACK_ID: "id-2"},
        "it belongs to another stack, 'shop' (id id-2)",
    ),
}


@pytest.mark.parametrize(("labels", "whose"), OWNERS.values(), ids=OWNERS)
def test_somebody_elses_is_used_and_never_changed(
    memory: InMemoryEngine, tmp_path: Path, labels: dict[str, str], whose: str
) -> None:
    for path in ("/networks/create", "/volumes/create"):
        own = {key.replace(label.NETWORK, label.VOLUME): text for key, text in labels.items()}
        name = "back" if "networks" in path else "data"
        request(memory, path, {"Name": name, "Labels": labels if name == "back" else own})
    before = (dict(memory.networks), dict(memory.volume_details))
    uses = {**WEB, "networks": "back", "volumes": "data:/data"}
    stack: dict[str, dict[str, Any]] = {"a/net": NET, "a/data": DATA, "a/web": uses}
    told = actions(memory, tmp_path, stack)
    assert told == {"a/net": "none", "a/data": "none", "a/web": "created"}
    for change in ({"driver": "macvlan"}, {"state": "absent"}):
        changed = {name: {**stack[name], **change} for name in ("a/net", "a/data")}
        for said in actions(memory, tmp_path, changed).values():
            assert said.startswith("failed: ")
            assert whose in said
        assert set(actions(memory, tmp_path, changed, check=True)) == set(changed)
    run(memory, tmp_path, {}, prune=True)
    assert (memory.networks, memory.volume_details) == before


def test_what_a_container_created_is_the_stacks(memory: InMemoryEngine, tmp_path: Path) -> None:
    actions(memory, tmp_path, {"a/web": {**WEB, "networks": "back"}})
    stack = {"a/web": {**WEB, "networks": "back"}, "a/net": NET}
    assert set(actions(memory, tmp_path, stack).values()) == {"none"}
    stack["a/net"] = {**NET, "internal": True}
    assert (
        "cannot be recreated while containers use it: web"
        in actions(memory, tmp_path, stack)["a/net"]
    )


def test_pruning_removes_networks_and_no_volume(memory: InMemoryEngine, tmp_path: Path) -> None:
    stack = {"a/net": NET, "a/other": {**NET, "network": "front"}, "a/data": DATA}
    actions(memory, tmp_path, stack)
    kept = {"a/net": NET}
    planned, target = run(memory, tmp_path, kept, check=True)
    assert planned == {"a/net": "none"}
    assert any("volumes that are no longer in the stack: data" in note for note in target.notes)
    told, target = run(memory, tmp_path, kept, prune=True)
    assert told == {"a/net": "none", "prune/network/front": "deleted"}
    assert any("volumes that are no longer in the stack: data" in note for note in target.notes)
    assert set(memory.networks) == {"bridge", "back"}
    assert memory.volumes == {"data"}


def test_a_network_that_had_no_turn_is_not_pruned(memory: InMemoryEngine, tmp_path: Path) -> None:
    actions(memory, tmp_path, {"a/net": NET, "a/data": DATA})
    skipped = {
        "a/net": {**NET, "when": "file_exists('/no/such/file')"},
        "a/data": {**DATA, "when": "file_exists('/no/such/file')"},
    }
    _told, target = run(memory, tmp_path, skipped, prune=True)
    assert "back" in memory.networks
    assert not any("volumes" in note for note in target.notes)


def test_pruning_follows_a_network_to_its_new_name(memory: InMemoryEngine, tmp_path: Path) -> None:
    actions(memory, tmp_path, {"a/net": NET, "a/web": {**WEB, "networks": "back"}})
    renamed = {
        "a/net": {**NET, "network": "rear", "internal": True},
        "a/web": {**WEB, "networks": "rear"},
    }
    told = actions(memory, tmp_path, renamed, prune=True)
    assert told["a/net"] == "created"
    assert told["prune/network/back"] == "deleted"
    assert set(memory.networks) == {"bridge", "rear"}


def test_external_objects_stay_certain_after_a_changed_container(
    memory: InMemoryEngine, tmp_path: Path
) -> None:
    """A plan shows one change, and not all that comes after it as unknown."""
    stack = {
        "a/web": WEB,
        "b/net": {"type": "network", "network": "proxy", "external": True},
        "b/data": {"type": "volume", "volume": "uploads", "external": True},
        "b/app": {**WEB, "container": "app", "network": "proxy", "volumes": "uploads:/data"},
    }
    missing = actions(memory, tmp_path, stack)
    assert missing["b/net"].startswith("failed: network proxy does not exist")
    assert missing["b/app"].startswith("skipped: b/net")
    memory.request("POST", "/networks/create", 1.0, body={"Name": "proxy"})
    memory.request("POST", "/volumes/create", 1.0, body={"Name": "uploads"})
    assert set(actions(memory, tmp_path, stack).values()) == {"none", "created"}
    changed = {**stack, "a/web": {**WEB, "env": {"A": "1"}}}
    planned = actions(memory, tmp_path, changed, check=True)
    assert planned == {"a/web": "recreated", "b/net": "none", "b/data": "none", "b/app": "none"}
