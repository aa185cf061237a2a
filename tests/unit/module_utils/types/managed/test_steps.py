# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done on machines with each manager, and what is refused. Nothing is done here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.descriptor import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.plan import Step
from ansible_collections.vigo.bridge.plugins.module_utils.types.typed_attributes import typed
from tests.unit.module_utils.blame import attributes_at_fault, first_words
from tests.yaml_files import read_yaml

BY_NAME = {kind.name: kind for kind in TYPES}
TABLE = read_yaml(Path(__file__).with_name("steps.yml"))
BY = [(case, name) for case in TABLE for name in case.get("by", ())]


def plan(case: dict[str, Any]) -> Any:
    given = {key: value for key, value in case["given"].items() if key not in ("type", "triggered")}
    kind = BY_NAME[case["given"]["type"]]
    return kind.parse(typed(given, kind.options, kind.data))


def written(step: Step) -> Any:
    return step.command or {step.module: step.args}


@pytest.mark.parametrize(("case", "manager"), BY, ids=lambda value: str(value)[:60])
def test_steps(case: dict[str, Any], manager: str) -> None:
    expected, is_triggered = case["by"][manager], bool(case["given"].get("triggered"))
    if isinstance(expected, dict):
        with pytest.raises(ResourceError) as raised:
            plan(case).steps(manager, is_triggered)
        assert raised.value.message == expected["error"]
        return
    steps = plan(case).steps(manager, is_triggered)
    assert [written(step) for step in steps] == expected
    candidates = BY_NAME[case["given"]["type"]].candidates
    assert {step.module for step in steps if step.module} <= set(candidates)


@pytest.mark.parametrize(
    "case", [case for case in TABLE if "error" in case], ids=lambda case: str(case["given"])
)
def test_what_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(ResourceError) as raised:
        plan(case)
    assert raised.value.message == case["error"]
    assert attributes_at_fault(raised.value) == first_words(raised.value)
