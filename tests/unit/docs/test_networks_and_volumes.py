# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of networks and volumes in docs/containers.md is a valid stack in this order."""

from __future__ import annotations

from pathlib import Path

from tests.unit.docs.example import resources


def test_the_example(tmp_path: Path) -> None:
    order = [resource.id for resource in resources("containers.md", tmp_path, 2)]
    assert order == ["shop/backend", "shop/data", "shop/db"]
