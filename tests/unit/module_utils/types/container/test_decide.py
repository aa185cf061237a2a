# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about containers: the cases are in ``decisions/*.yml``.

Each case names what the user wrote (``spec``), what is on the engine, and what is to be expected.

    name: what the case shows
    spec: {...}            # attributes beside container and image: redis:7-alpine
    container: plain       # a recorded payload (plain, rich, settings); missing: none
    with: {...}            # changes to that payload, merged deeply
    made_from: {...}       # what it was created from by us; missing: not made by us
    file: {...}            # the variables of its env_file then; missing: its label lists none
    observed: {...}        # further fields of Observed
    turn: {...}            # fields of Turn; secrets: values by path
    action: none           # and, where given: reason, steps, before, after, note
                           # steps: [Stop], or with what it does: [{Create: {start: true}}];
                           # none where they are missing
    error: part of the message
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import decide
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Observed,
    existing_of,
    image_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.networks import (
    Attachment,
)
from tests.unit.module_utils.types.container.created import created
from tests.yaml_files import read_yaml

HERE = Path(__file__).parent
USUAL = {"container": "plain", "image": "redis:7-alpine"}
#: What the recorded containers are called there, where that is not the usual.
IMAGES = {"settings": "recorded:1"}
FURTHER_ENGINES = {"plain": ("docker-26.1",), "settings": ("docker-26.1", "podman-4.3")}


def cases() -> Iterator[Any]:
    """Yield all of them on Docker 20.10, and where payloads are alike as other engines report
    them, too.
    """
    for path in sorted((HERE / "decisions").glob("*.yml")):
        for case in read_yaml(path):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")
            if "engine" not in case.get("observed", {}):
                for engine in FURTHER_ENGINES.get(case.get("container", ""), ()):
                    fields = {**case.get("observed", {}), "engine": engine}
                    if engine.startswith("podman"):
                        fields["podman"] = True
                    later = {**case, "observed": fields}
                    yield pytest.param(later, id=f"{path.stem}: {case['name']} ({engine})")


@pytest.mark.parametrize("case", list(cases()))
def test_decision(case: dict[str, Any]) -> None:
    wanted = spec.parse({**usual(case), **case.get("spec", {})})
    if "error" in case:
        with pytest.raises(ResourceError) as raised:
            decide.decide(wanted, observed(case), turn(case))
        assert case["error"] in raised.value.message
        return
    decision = decide.decide(wanted, observed(case), turn(case))
    assert decision.action == case["action"], decision
    diff = decision.diff or {}
    found = {
        "reason": decision.reason,
        "note": decision.note,
        "steps": [plain(step) for step in decision.steps],
        "before": diff.get("before"),
        "after": diff.get("after"),
    }
    expected = {"steps": [], **{key: case[key] for key in found if key in case}}
    assert {key: found[key] for key in expected} == expected
    for secret in case.get("turn", {}).get("secrets", {}).values():
        assert secret not in json.dumps([decision.reason, decision.diff])


def plain(step: Any) -> Any:
    """Return a step as the cases have it: its name, and what it does where it can do several
    things, without what is not set.
    """
    given = {
        name: str(value) if isinstance(value, Attachment) else value
        for name, value in vars(step).items()
        if value is not None
    }
    return {type(step).__name__: given} if given else type(step).__name__


def observed(case: dict[str, Any]) -> Observed:
    fields = dict(case.get("observed", {}))
    container = None
    engine = fields.pop("engine", "docker-20.10")
    if "container" in case:
        payload = recorded(f"{engine}-{case['container']}")
        if "made_from" in case:
            image = recorded(f"{engine}-{image_name(case)}")
            made_from = {**usual(case), **case["made_from"]}
            payload = created(made_from, image, payload, file_env=case.get("file"))
        container = existing_of(merged(payload, case.get("with", {})))
    for name in ("known_networks", "incapable"):
        fields[name] = frozenset(fields.get(name, ()))
    image = merged(recorded(f"{engine}-{image_name(case)}"), fields.pop("image", {}))
    return Observed(container=container, image=image_of(image), **fields)


def image_name(case: dict[str, Any]) -> str:
    """Return the recorded image of its container."""
    return "settings-image" if case.get("container") == "settings" else "redis-image"


def usual(case: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a case that it does not spell out."""
    image = IMAGES.get(case.get("container", ""), USUAL["image"])
    return {**USUAL, "image": image}


def turn(case: dict[str, Any]) -> Turn:
    fields = dict(case.get("turn", {}))
    secrets = Secrets(fields.pop("secrets", {}))
    return Turn(**fields, reveal=secrets.reveal)


def recorded(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((HERE / "payloads" / f"{name}.json").read_text())
    return payload


def merged(payload: Any, changes: Any) -> Any:
    if not isinstance(payload, dict) or not isinstance(changes, dict):
        return changes
    return {**payload, **{key: merged(payload.get(key), new) for key, new in changes.items()}}


#: What label-version-1.json was made from. Neither changes ever again.
VERSION_1 = {
    "container": "labelled",
    "image": "redis:7-alpine",
    "state": "stopped",
    "command": "redis-server --save ''",
    "env": "A=1,B=two words",
    "labels": {"tier": "cache"},
    "ports": ["127.0.0.1:18080:6379", "18081-18082:7001-7002"],
    "volumes": ["named:/named", "/etc/hostname:/host:ro", "/extra"],
    "tmpfs": "/scratch:size=64k",
    "cap_add": "NET_ADMIN",
    "cap_drop": ["mknod"],
    "ulimits": "nofile=1024:2048",
    "sysctls": "net.core.somaxconn=512",
    "stop_signal": "SIGINT",
    "stop_timeout": "3s",
    "init": True,
    "shm_size": "32m",
    "hostname": "cache",
    "dns": "192.0.2.1",
    "extra_hosts": "db:192.0.2.7",
    "healthcheck": {"test": "redis-cli ping", "interval": "500ms"},
    "user": "0:0",
    "workdir": "/tmp",
    "restart": "on-failure:3",
    "memory": "64m",
}


def test_containers_of_the_first_label_version_are_left_alone() -> None:
    container = existing_of(recorded("label-version-1"))
    assert container is not None
    assert container.recorded is not None
    image = image_of({"Id": container.image_id})
    found = decide.decide(spec.parse(VERSION_1), Observed(container, image), Turn())
    assert (found.action, found.reason) == ("none", "it is not started yet")
    changed = spec.parse({**VERSION_1, "env": "A=2,B=two words"})
    assert decide.decide(changed, Observed(container, image), Turn()).reason == "env A changed"
