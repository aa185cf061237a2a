# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about containers: the cases stand in ``decisions/*.yml``.

Each case names what the user wrote (``spec``), what is on the engine, and what is to be expected.

    name: what the case shows
    spec: {...}            # attributes beside container and image: redis:7-alpine
    container: plain       # a recorded payload; missing: none
    with: {...}            # changes to that payload, merged deeply
    made_from: {...}       # the attributes of our label on it; missing: not made by us
    observed: {...}        # further fields of Observed
    turn: {...}            # fields of Turn; secrets: values by path
    action: none           # and, where given: reason, steps, before, after
    error: part of the message
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.vigo.bridge.plugins.module_utils.container import decide, label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.container.observed import (
    Observed,
    existing_of,
    image_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.resource import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.secret_references import Secrets

HERE = Path(__file__).parent
USUAL = {"container": "plain", "image": "redis:7-alpine"}


def cases() -> Iterator[Any]:
    for path in sorted((HERE / "decisions").glob("*.yml")):
        for case in yaml.safe_load(path.read_text()):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(cases()))
def test_decision(case: dict[str, Any]) -> None:
    wanted = spec.parse({**USUAL, **case.get("spec", {})})
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
        "steps": [type(step).__name__ for step in decision.steps],
        "before": diff.get("before"),
        "after": diff.get("after"),
    }
    expected = {key: case[key] for key in found if key in case}
    assert {key: found[key] for key in expected} == expected
    for secret in case.get("turn", {}).get("secrets", {}).values():
        assert secret not in json.dumps([decision.reason, decision.diff])


def observed(case: dict[str, Any]) -> Observed:
    fields = dict(case.get("observed", {}))
    container = None
    engine = fields.pop("engine", "docker-20.10")
    if "container" in case:
        payload = merged(recorded(f"{engine}-{case['container']}"), case.get("with", {}))
        if "made_from" in case:
            made = spec.parse({**USUAL, **case["made_from"]})
            labels = {**(payload["Config"].get("Labels") or {}), **label.labels(made)}
            payload["Config"]["Labels"] = labels
        container = existing_of(payload)
    for name in ("known_networks", "incapable"):
        fields[name] = frozenset(fields.get(name, ()))
    image = merged(recorded(f"{engine}-redis-image"), fields.pop("image", {}))
    return Observed(container=container, image=image_of(image), **fields)


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
