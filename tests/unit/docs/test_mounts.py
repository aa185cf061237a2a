# SPDX-License-Identifier: GPL-3.0-or-later
"""The notations of a mount in docs/containers.md are one mount."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from tests.unit.docs.example import resources


def test_all_notations_are_one_mount(tmp_path: Path) -> None:
    found = [
        spec.parse(resource.attributes).settings.volumes
        for resource in resources("containers.md", tmp_path)
    ]
    assert len(found) == 3
    assert found[0]
    assert set(found) == {found[0]}
