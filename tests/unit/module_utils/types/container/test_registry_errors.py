# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines say about registries, and what the user reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import registry_errors
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from tests.yaml_files import read_yaml

CASES = read_yaml(Path(__file__).with_name("registry_errors.yml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["said"][:60])
def test_what_the_user_reads(case: dict[str, Any]) -> None:
    user = "deploy" if case.get("login", True) else ""
    error = registry_errors.failure(image_name.parse("shop:1"), case["said"], user)
    assert registry_errors.kind(case["said"]) == case["kind"]
    assert error.status == case["status"]
    assert error.message.startswith(f"image shop:1 cannot be pulled: {case['said']}; ")
    assert case.get("message", "") in error.message


def test_a_digest_may_have_been_deleted() -> None:
    name = image_name.parse(f"shop@sha256:{'0' * 64}")
    assert "whether the digest was deleted" in registry_errors.failure(name, "not found").advice
