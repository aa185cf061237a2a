# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as JSON has them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import (
    Result,
    conceal_values,
)

#: fields beside the ID, the type and the action -> what is shown beside these
SHOWN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"reason": "", "duration_s": 0.0}),
    ({"reason": "why", "duration_s": 1.23456}, {"reason": "why", "duration_s": 1.235}),
    ({"rc": 0, "output": ""}, {"reason": "", "rc": 0, "output": "", "duration_s": 0.0}),
    ({"stderr": "x"}, {"reason": "", "stderr": "x", "duration_s": 0.0}),
    ({"adopted": True}, {"reason": "", "adopted": True, "duration_s": 0.0}),
    (
        {"failed_dependency": "a", "error": MappingProxyType({"message": "no"})},
        {"reason": "", "failed_dependency": "a", "error": {"message": "no"}, "duration_s": 0.0},
    ),
    ({"diff": {"before": ""}}, {"reason": "", "diff": {"before": ""}, "duration_s": 0.0}),
    ({"returned": {"x": 1}}, {"reason": "", "duration_s": 0.0}),
]


@pytest.mark.parametrize(("fields", "shown"), SHOWN)
def test_as_dict(fields: dict[str, Any], shown: dict[str, Any]) -> None:
    found = Result("a/b", "file", "updated", **fields).as_dict()
    assert found == {"id": "a/b", "type": "file", "action": "updated", **shown}
    assert all(type(value) is not MappingProxyType for value in found.values())


#: values -> the same with all texts in them masked
MASKED: list[tuple[Any, Any]] = [
    ("x", "*"),
    (None, None),
    (5, 5),
    (["x", 1, ["x"]], ["*", 1, ["*"]]),
    (("x",), ["*"]),
    ({"x": "x", "list": ["x", {"y": "x"}]}, {"x": "*", "list": ["*", {"y": "*"}]}),
    (MappingProxyType({"x": ("x",)}), {"x": ["*"]}),
]


@pytest.mark.parametrize(("value", "masked"), MASKED, ids=str)
def test_all_texts_are_masked(value: Any, masked: Any) -> None:
    assert conceal_values(value, lambda text: text.replace("x", "*")) == masked
