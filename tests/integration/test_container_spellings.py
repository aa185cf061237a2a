# SPDX-License-Identifier: GPL-3.0-or-later
"""The value that a real engine stores for a setting is equal to each spelling of it.

The spellings are those of the unit tests, where each pair is tried without an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import capabilities
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import (
    Engine as EngineApi,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import image_of
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    create_config,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS
from tests.integration.container_scene import REDIS, Scene

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

FILE = "unit/module_utils/types/container/spellings.yml"
#: Not here: what needs an image or a path of its own, and what is tested with networks.
APART = {
    "image",
    "platform",
    "workdir",
    "volumes",
    "devices",
    "network",
    "networks",
    "network_mode",
}
TABLE = [
    row
    for row in yaml.safe_load((Path(__file__).parents[1] / FILE).read_text(encoding="utf-8"))
    if "image" not in row and row["setting"] not in APART
]
#: What engines store of every container, each time differently.
VARYING = {"Binds", "Env", "Hostname", "Labels"}
#: Settings that go together in one container.
TOGETHER = {
    *("env", "user", "group_add", "stop_signal", "stop_timeout", "healthcheck", "labels"),
    *("ports", "tmpfs", "dns", "dns_search", "dns_opt", "extra_hosts", "ulimits", "shm_size"),
    *("cap_add", "cap_drop", "sysctls", "log_driver", "log_opts"),
}


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    scene = Scene(engine)
    scene.have(REDIS)
    yield scene
    scene.close()


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "of-another-tool"])
def test_many_settings_at_once(scene: Scene, ours: bool) -> None:
    groups = {
        row["setting"]: next(group for group in row["groups"] if None not in group and group[1:])
        for row in TABLE
        if row["setting"] in TOGETHER - {"stop_timeout", "log_driver"}
        and "with" not in row
        and _is_true_on(row, podman=False)
        and any(None not in group and group[1:] for group in row["groups"])
    }
    make(scene, {name: group[0] for name, group in groups.items()}, ours)
    for number in range(max(map(len, groups.values()))):
        spelled = {name: group[number % len(group)] for name, group in groups.items()}
        assert action(scene, spelled) == "none"


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "of-another-tool"])
def test_defaults_that_are_spelled_out_and_left_out(scene: Scene, ours: bool) -> None:
    groups = {
        row["setting"]: row["groups"][0]
        for row in TABLE
        if None in row["groups"][0]
        and "with" not in row
        and _is_true_on(row, podman=False)
        and row["setting"] != "cpus"  # It excludes cpu_quota.
    }
    numbers = range(1, max(map(len, groups.values())))
    forms = [
        {name: group[number % len(group)] for name, group in groups.items()} for number in numbers
    ]
    forms = [{name: value for name, value in form.items() if value is not None} for form in forms]
    for first in ({}, forms[0]):
        make(scene, first, ours)
        for spelled in ({}, *forms):
            assert action(scene, spelled) == "none"
        scene.apply(state="absent", remove_volumes=True)


def test_a_variable_that_podman_may_set_itself(podman: Engine, tmp_path: Path) -> None:
    """It counts while the env_file holds it, and goes away with it."""
    scene = Scene(podman)
    file = tmp_path / "variables"
    names = ("http_proxy", "NO_PROXY", "TERM", "A")
    try:
        file.write_text("".join(f"{name}=x\n" for name in names))
        scene.applied("created", state="stopped", env_file=str(file))
        for name in names[:-1]:
            kept = [line for line in file.read_text().splitlines() if not line.startswith(name)]
            file.write_text("\n".join(kept))
            reason = action(scene, {"env_file": str(file)})
            assert reason == f"recreated: env {name} changed"
            scene.applied("recreated", state="stopped", env_file=str(file))
        assert scene.apply(state="stopped").action == "recreated"
        assert scene.apply(state="stopped").action == "none"
    finally:
        scene.close()


@pytest.mark.sweep
@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row["setting"]))
def test_every_spelling_on_every_engine(each_engine: Engine, row: dict[str, Any]) -> None:
    scene = Scene(each_engine)
    api = EngineApi(each_engine.docker_host)
    if not _is_true_on(row, api.is_podman):
        pytest.skip("this engine has a row of its own")
    if row["setting"] in api.incapable():
        pytest.skip("this host cannot limit it")
    try:
        for ours in (True, False):
            assert _check(scene, row, ours), "the engine can have none of them"
    finally:
        scene.close()


def _is_true_on(row: dict[str, Any], podman: bool) -> bool:
    engine = "podman" if podman else "docker"
    return bool(row.get("engine", engine) == engine)


def _check(scene: Scene, row: dict[str, Any], ours: bool) -> int:
    """Create a container from the first and one from the last spelling, and return how many were
    created.

    Two groups are different only if the engine stores them differently: a default may be the value
    of another group, and the engine discards limits that the kernel does not support. Only our
    containers have a record of these.
    """
    number = 0
    stored = [_stored(scene, row, group[0], ours) for group in row["groups"]]
    for group, own in zip(row["groups"], stored, strict=True):
        is_discarded = group is not row["groups"][0] and own == stored[0]
        if "container:other" in group or (is_discarded and not ours):
            continue
        for first in (group[0], group[-1]):
            if not make(scene, _attributes(row, first), ours):
                continue
            number += 1
            for value in group:
                spelled = _attributes(row, value)
                assert action(scene, spelled) == "none", (first, spelled)
            for other, others in zip(row["groups"], stored, strict=True):
                if ours and own != others and "container:other" not in other:
                    spelled = _attributes(row, other[0])
                    assert action(scene, spelled) != "none", (first, spelled)
            scene.apply(state="absent", remove_volumes=True)
    return number


def _stored(scene: Scene, row: dict[str, Any], value: Any, ours: bool) -> Any:
    """Return what the engine stores of a container with this value; None if it can have none."""
    if value == "container:other" or not make(scene, _attributes(row, value), ours):
        return None
    found = scene.client.api.inspect_container(scene.name)
    scene.apply(state="absent", remove_volumes=True)
    stored = {**found["HostConfig"], **found["Config"]}
    own = SETTINGS[row["setting"]].at.split(".")
    left_out = VARYING.difference(own)
    return {
        name: value
        for name, value in stored.items()
        if name not in left_out and value not in (None, [], {})
    }


def _attributes(row: dict[str, Any], value: Any) -> dict[str, Any]:
    return {**row.get("with", {}), **({} if value is None else {row["setting"]: value})}


def make(scene: Scene, attributes: dict[str, Any], ours: bool) -> bool:
    """Create a container that never runs, and return whether this engine can have it."""
    if ours:
        return scene.apply(state="stopped", **attributes).action == "created"
    wanted = spec.parse({"container": scene.name, "image": REDIS, **attributes})
    image = image_of(scene.client.images.get(REDIS).attrs)
    assert image is not None
    body = create_config.payload(wanted, image, {}, str)
    body["Labels"] = dict(wanted.settings.labels or {})
    api = EngineApi(scene.engine.docker_host)
    try:
        capabilities.refuse(wanted, api.api_version, api.podman_version)
        api.create(scene.name, body, "")
    except ResourceError:
        return False
    return True


def action(scene: Scene, attributes: dict[str, Any]) -> str:
    result = scene.apply(check=True, state="stopped", **attributes)
    return result.action if result.action == "none" else f"{result.action}: {result.reason}"
