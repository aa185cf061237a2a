# SPDX-License-Identifier: GPL-3.0-or-later
"""Every attribute on every engine, by the table in container_attributes.yml.

For each attribute: check mode predicts it -> it is applied -> inspect shows it -> nothing is left
to do, in any other form -> it changes by the right action -> without it, the container is plain.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docker.types import IPAMConfig, IPAMPool

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.descriptor import TYPE
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import (
    Engine as EngineApi,
)
from tests.integration.container_scene import Scene
from tests.integration.free_ports import free_port
from tests.yaml_files import read_yaml

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

TABLE = read_yaml(Path(__file__).with_name("container_attributes.yml"))

#: Attributes of how a container is applied, which inspect cannot show, and their tests.
ELSEWHERE = {
    "container": "container_lifecycle.test_the_whole_life",
    "state": "container_lifecycle.test_the_whole_life",
    "pull": "container_images.test_a_registry_that_is_down",
    "registry_username": "container_images.test_a_login_by_secret_and_a_tag_that_moves",
    "registry_password": "container_images.test_a_wrong_password",
    "docker_host": "container_lifecycle.test_an_engine_that_does_not_answer",
    "create_networks": "container_networks.test_what_a_network_cannot_give",
    "health_timeout": "container_lifecycle.test_healthchecks_are_waited_for",
    "settle_time": "container_lifecycle.test_a_new_container_that_dies_is_kept_apart",
    "expect": "container_lifecycle.test_one_shot_containers",
    "renew_volumes": "container_lifecycle.test_new_anonymous_volumes_where_they_are_asked_for",
    "remove_volumes": "container_lifecycle.test_absent_removes_anonymous_volumes_on_request",
    "keep_images": "container_images.test_images_that_were_left_behind",
    "update": "start_first.test_no_request_fails",
    "pre_stop": "start_first.test_pre_stop",
    "pre_stop_on": "start_beside.test_pre_stop_on_the_host",
    "pre_stop_timeout": "start_beside.test_pre_stop_that_fails",
    "pre_stop_failure": "start_beside.test_pre_stop_that_fails",
    "drain_time": "start_first.test_no_request_fails",
    "share_volumes": "start_beside.test_volumes_are_shared_for_the_while",
}


def rows() -> list[Any]:
    return [pytest.param(row, id=_title(row)) for row in TABLE]


def _title(row: Mapping[str, Any]) -> str:
    return f"{row['attribute']} {row['note']}" if "note" in row else str(row["attribute"])


def test_the_table_is_complete() -> None:
    assert {row["attribute"] for row in TABLE} == set(TYPE.options) - set(ELSEWHERE)


@pytest.mark.parametrize("attribute", ELSEWHERE)
def test_the_others_have_tests_elsewhere(attribute: str) -> None:
    file, _, name = ELSEWHERE[attribute].partition(".")
    sources = Path(__file__).parents[1].rglob(f"test_{file}.py")
    assert any(f"\ndef {name}(" in source.read_text() for source in sources)


@pytest.mark.sample
@pytest.mark.parametrize("row", rows())
def test_on_the_test_engine(
    engine: Engine, engine_name: str, tmp_path: Path, row: dict[str, Any]
) -> None:
    if engine.ours:
        check(engine, engine_name, row, tmp_path, "stopped")


@pytest.mark.sweep
@pytest.mark.parametrize("row", rows())
def test_of_a_running_one(
    each_engine: Engine, engine_name: str, tmp_path: Path, row: dict[str, Any]
) -> None:
    check(each_engine, engine_name, row, tmp_path, row.get("state", "running"))


def check(engine: Engine, engine_name: str, row: dict[str, Any], folder: Path, state: str) -> None:
    """Check one row of the table, from the first application to the removal."""
    row = {**row, **_exceptions(row, engine_name)}
    if row["attribute"] in EngineApi(engine.docker_host).incapable():
        row = {**row, **NOT_LIMITED}
    scene = Scene(engine)
    row = _with_names(row, scene, folder)
    base = {"state": state, "settle_time": "0", "pull": "missing", **row.get("with", {})}
    applied = {**base, row["attribute"]: row["given"]}
    try:
        if f"fixed-{scene.name}" in str(row):
            _make_fixed_network(scene)
        if f"donor-{scene.name}" in str(row):
            _make_donor(scene)
        first = scene.apply(**base)
        assert first.action == "created", first
        if row.get("refused"):
            _assert_refused(scene, applied, row["refused"])
        elif row.get("fails"):
            _assert_it_fails(scene, applied, row["fails"])
        else:
            _go_through(scene, row, base, applied)
    finally:
        scene.close()
        shutil.rmtree(f"/tmp/{scene.name}", ignore_errors=True)
        for volume in scene.engine.client().volumes.list(filters={"name": scene.name}):
            volume.remove(force=True)


def _exceptions(row: Mapping[str, Any], engine_name: str) -> dict[str, Any]:
    """Return what is different on an engine: `podman-5` is for `podman-5.8-rootless`, too."""
    found: dict[str, Any] = {}
    first = "podman-4.3" if engine_name.startswith("podman") else ""
    for name, exception in row.get("except", {}).items():
        if engine_name.startswith(name) or name == first:
            found |= exception
    return found


#: The result of a row whose limit the host cannot set.
NOT_LIMITED: dict[str, Any] = {
    "shown": {},
    "shown_then": {},
    "default": {},
    "action": "none",
    "removal": "none",
    "said": "does not support limiting",
    "said_then": "does not support limiting",
}


def _go_through(
    scene: Scene, row: dict[str, Any], base: dict[str, Any], applied: dict[str, Any]
) -> None:
    paths = {*row["shown"], *row.get("shown_then", {})}
    plain = {path: found(scene, path) for path in paths}
    scene.apply(state="absent", remove_volumes=True)
    apply(scene, applied, "created", row.get("said"))
    _assert_shown(scene, row["shown"])
    for form in row.get("same", []):
        result = scene.apply(**{**base, row["attribute"]: form})
        assert result.action == "none", (form, result)
    if "changed" in row:
        changed = {**base, row["attribute"]: row["changed"]}
        apply(scene, changed, row.get("action", "recreated"), row.get("said_then"))
        _assert_shown(scene, row["shown_then"])
    apply(scene, base, row.get("removal", "recreated"))
    _assert_shown(scene, {**plain, **row.get("default", {})})


def _assert_refused(scene: Scene, attributes: dict[str, Any], message: str) -> None:
    """Check that it fails with the reason, and that the former container is unchanged."""
    before = scene.inspect()
    result = scene.apply(**attributes)
    assert result.action == "failed", result
    assert message in result.reason
    if not result.reason.startswith("the engine returned an error"):  # That cannot be predicted.
        predicted = scene.apply(check=True, **attributes)
        assert (predicted.action, predicted.reason) == ("failed", result.reason)
    assert scene.names() == {""}
    after = scene.inspect()
    assert (after["Id"], after["State"]["StartedAt"]) == (
        before["Id"],
        before["State"]["StartedAt"],
    )


def _assert_it_fails(scene: Scene, attributes: dict[str, Any], message: str) -> None:
    """Check that it fails with the reason, and that the former container is there again."""
    before = scene.inspect()["Id"]
    result = scene.apply(**attributes)
    assert result.action == "failed", result
    assert message in result.reason
    after = scene.inspect()
    assert (after["Id"], after["State"]["Running"]) == (before, True)


def _make_fixed_network(scene: Scene) -> None:
    pool = IPAMPool(subnet="198.51.100.0/24")
    scene.client.networks.create(f"fixed-{scene.name}", ipam=IPAMConfig(pool_configs=[pool]))


def _make_donor(scene: Scene) -> None:
    """Create the container whose volumes another one mounts."""
    made = scene.apply(
        container=f"donor-{scene.name}", state="stopped", volumes=f"named-{scene.name}:/named"
    )
    assert made.action == "created", made


def apply(scene: Scene, attributes: dict[str, Any], action: str, remark: str | None = None) -> None:
    """Check the prediction, apply, and check that nothing is left to do; a remark comes with
    each.
    """
    predicted = scene.apply(check=True, **attributes)
    assert predicted.action == action, predicted
    if remark:
        assert any(remark in note for note in scene.notes), scene.notes
    done = scene.apply(**attributes)
    assert done.action == action, done
    assert done.reason == predicted.reason
    again = scene.apply(**attributes)
    assert again.action == "none", again
    if remark:
        assert any(remark in note for note in scene.notes), scene.notes


def found(scene: Scene, path: str) -> Any:
    """Return the value of inspect at a path; None without one."""
    payload = scene.inspect()
    if path == "mounts":
        return {
            mount["Destination"]: [mount.get("Name") or mount["Source"], mount["RW"]]
            for mount in payload["Mounts"]
        }
    if path.startswith("address."):
        end = payload["NetworkSettings"]["Networks"].get(path.partition(".")[2]) or {}
        return (end.get("IPAMConfig") or {}).get("IPv4Address") or end.get("IPAddress")
    if path.startswith("mac."):  # Not reported of a container that does not run.
        end = payload["NetworkSettings"]["Networks"].get(path.partition(".")[2]) or {}
        return end.get("MacAddress") or payload["Config"].get("MacAddress")
    if path == "networks":
        return sorted(payload["NetworkSettings"]["Networks"])
    if path.startswith("capabilities."):
        names = payload["HostConfig"][path.rpartition(".")[2]] or []
        return sorted(name.removeprefix("CAP_") for name in names)
    value: Any = payload
    for key in path.split("."):
        value = (value or {}).get(key)
    return value


def _assert_shown(scene: Scene, expected: Mapping[str, Any]) -> None:
    for path, value in expected.items():
        assert _agree(value, found(scene, path)), (path, value, found(scene, path))


def _agree(expected: Any, actual: Any) -> bool:
    if expected == "?":
        return True
    if isinstance(expected, dict) and set(expected) == {"has"}:
        return set(expected["has"]) <= set(actual or ())
    if isinstance(expected, dict) and isinstance(actual, dict):
        return set(expected) == set(actual) and all(
            _agree(expected[key], actual[key]) for key in expected
        )
    if isinstance(expected, list) and isinstance(actual, list):
        as_texts = [
            sorted(json.dumps(item, sort_keys=True) for item in x) for x in (expected, actual)
        ]
        return as_texts[0] == as_texts[1]
    return bool((expected or None) == (actual or None))


def _with_names(row: dict[str, Any], scene: Scene, folder: Path) -> dict[str, Any]:
    """Return a row with names, ports and files of this test instead of the placeholders."""
    for name, number in (("FILE", 1), ("OTHER_FILE", 2)):
        (folder / name).write_text(f"FROM_FILE={number}\n")
    port = free_port()
    words = {
        "OTHER_FILE": str(folder / "OTHER_FILE"),
        "FILE": str(folder / "FILE"),
        "NAME": scene.name,
        "PORT2": str(port + 2),
        "PORT1": str(port + 1),
        "PORT": str(port),
    }

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {put(key): put(item) for key, item in value.items()}
        if isinstance(value, list):
            return [put(item) for item in value]
        if isinstance(value, str):
            if value in ("FILE", "OTHER_FILE"):
                return words[value]
            for word in ("NAME", "PORT2", "PORT1", "PORT"):
                value = value.replace(word, words[word])
        return value

    changed: dict[str, Any] = put(copy.deepcopy(row))
    return changed
