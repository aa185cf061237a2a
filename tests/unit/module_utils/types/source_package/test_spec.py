# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of archives that are refused when a stack is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.unit.module_utils.blame import attributes_at_fault, first_words
from tests.yaml_files import read_yaml

MISTAKES = read_yaml(Path(__file__).with_name("mistakes.yml"))


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: str(case["given"]))
def test_mistakes(case: dict[str, Any]) -> None:
    with pytest.raises(ResourceError) as raised:
        TYPES["source_package"].parse(case["given"])
    assert raised.value.message == case["error"]
    assert attributes_at_fault(raised.value) == first_words(raised.value)


@pytest.mark.parametrize(
    ("written", "path"), [("/opt//app/", "/opt/app"), ("//opt/app", "/opt/app"), ("~/app", "~/app")]
)
def test_paths(written: str, path: str) -> None:
    spec: Any = TYPES["source_package"].parse({"target_path": written, "url": "/x"})
    assert (spec.path, spec.marker) == (path, f"{path}.vigo-version")
