# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of networks and volumes on an engine; the cases are in objects.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import thing_brought
from tests.yaml_files import read_yaml

CASES = read_yaml(Path(__file__).parent / "objects.yml")


def engine_of(case: dict[str, Any], podman: bool = False) -> InMemoryEngine:
    memory = InMemoryEngine(podman)
    memory.have("redis:7-alpine")
    kind = case["kind"]
    if "have" in case:
        created(memory, f"/{kind}s/create", {"Name": "it", **case["have"]})
    if "made" in case:
        assert applied(memory, kind, case["made"]).action == "created"
    if "taken" in case:
        pools = {"Config": [{"Subnet": case["taken"]}]}
        created(memory, "/networks/create", {"Name": "other", "IPAM": pools})
    for name in case.get("users", ()):
        mount = {"Type": "volume", "Source": "it", "Target": "/it", "ReadOnly": False}
        host = {"NetworkMode": "it"} if kind == "network" else {"Mounts": [mount]}
        body = {"Image": "redis:7-alpine", "HostConfig": host}
        created(memory, f"/containers/create?name={name}", body)
    return memory


def created(memory: InMemoryEngine, path: str, body: dict[str, Any]) -> None:
    answer = memory.request("POST", path, 1.0, body=body)
    assert answer.status_code == 200, answer.content


def applied(memory: InMemoryEngine, kind: str, wanted: dict[str, Any], **how: Any) -> Any:
    return thing_brought(memory, kind, {kind: "it", **wanted}, **how)


def shown(memory: InMemoryEngine, kind: str) -> dict[str, Any] | None:
    answer = memory.request("GET", f"/{kind}s/it", 1.0)
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == 200 else None


def field(found: Any, path: str) -> Any:
    for key in path.split("."):
        found = found[int(key)] if isinstance(found, list) else (found or {}).get(key)
    return found


@pytest.mark.parametrize("case", CASES, ids=[f"{each['kind']}: {each['name']}" for each in CASES])
def test_what_becomes_of_it(case: dict[str, Any]) -> None:
    kind = case["kind"]
    memory = engine_of(case)
    before = shown(memory, kind)
    predicted = applied(memory, kind, case["wanted"], check=True)
    assert predicted.action == case.get("predicted", case["action"])
    assert shown(memory, kind) == before
    result = applied(memory, kind, case["wanted"])
    assert result.action == case["action"], result
    assert case.get("reason", "") in result.reason
    found = shown(memory, kind)
    if "has" in case and case["has"] is None:
        assert found is None
    for path, value in (case.get("has") or {}).items():
        assert field(found, path) == value, path
    if not result.failed:
        again = applied(memory, kind, case["wanted"])
        assert again.action == "none", again


def test_the_diff_of_a_new_object() -> None:
    result = applied(InMemoryEngine(), "network", {"driver": "bridge"}, check=True)
    assert result.diff == {
        "before": {"state": "absent"},
        "after": {"state": "present", "driver": "bridge"},
    }


def test_the_diff_has_what_is_set_on_either_side() -> None:
    memory = InMemoryEngine()
    applied(memory, "network", {"internal": True, "driver": "macvlan"})
    wanted = {"driver": "bridge", "options": {"a": "1"}}
    assert applied(memory, "network", wanted, check=True).diff == {
        "before": {"driver": "macvlan", "internal": True, "options": {}},
        "after": {"driver": "bridge", "options": {"a": "1"}},
    }


def test_a_network_is_not_taken_for_one_whose_id_begins_like_its_name() -> None:
    memory = InMemoryEngine()
    created(memory, "/networks/create", {"Name": "other"})
    memory.networks["other"]["Id"] = "it" + "0" * 62
    assert applied(memory, "network", {}, check=True).action == "created"


def test_values_of_secrets_reach_the_engine_and_no_label() -> None:
    memory = InMemoryEngine()
    wanted = {"options": {"type": "cifs", "o": "username=a,password=secret:share"}}
    result = applied(memory, "volume", wanted, secrets={"share": "hunter2"})
    found = shown(memory, "volume") or {}
    assert found["Options"]["o"] == "username=a,password=hunter2"
    assert "hunter2" not in str(found["Labels"])
    assert "hunter2" not in str(result)
    assert applied(memory, "volume", wanted, secrets={"share": "hunter2"}).action == "none"
    changed = applied(memory, "volume", wanted, secrets={"share": "hunter3"})
    assert changed.action == "failed"
    assert "volume it differs (options: a secret has a new value), and recreating" in changed.reason
    assert "hunter" not in str(changed)
    del memory.volume_details["it"]["Labels"]
    assert applied(memory, "volume", wanted, secrets={"share": "hunter2"}).action == "none"


def test_a_secret_that_the_engine_does_not_show_is_taken_to_be_the_same() -> None:
    memory = InMemoryEngine()
    wanted = {"options": {"type": "cifs", "o": "secret:share"}}
    applied(memory, "volume", wanted, secrets={"share": "hunter2"})
    del memory.volume_details["it"]["Options"]["o"]
    assert applied(memory, "volume", wanted, secrets={"share": "hunter3"}).action == "none"


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", '{"version": 9, "set": {}}', '{"version": 1, "set": 3}']
)
def test_a_label_that_is_not_ours_counts_as_none(text: str) -> None:
    memory = InMemoryEngine()
    created(memory, "/networks/create", {"Name": "it", "Labels": {"vigo.bridge.spec": text}})
    assert applied(memory, "network", {"driver": "bridge"}).action == "none"


@pytest.mark.parametrize("kind", ["network", "volume"])
def test_a_container_that_does_not_use_it_does_not_keep_it(kind: str) -> None:
    memory = engine_of({"kind": kind, "made": {}})
    created(memory, "/containers/create?name=web", {"Image": "redis:7-alpine", "HostConfig": {}})
    assert applied(memory, kind, {"state": "absent"}).action == "deleted"
