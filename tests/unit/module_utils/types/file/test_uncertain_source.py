# SPDX-License-Identifier: GPL-3.0-or-later
"""A source that may have been created by its resource's turn, in check mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

#: the path that is marked unknown -> the predicted action of a file whose source is missing
UNKNOWN = {"source": "unknown", "other": "failed"}


@pytest.mark.parametrize(("unknown", "action"), UNKNOWN.items())
def test_a_missing_source(tmp_path: Path, unknown: str, action: str) -> None:
    overlay = Overlay()
    overlay.mark_unknown([str(tmp_path / unknown)])
    target = Target(True, Secrets({}), overlay=overlay)
    attributes = {"target_path": str(tmp_path / "it"), "source": str(tmp_path / "source")}
    result = apply_resource("c/it", File(), lambda: attributes, target)
    assert result.action == action
    assert f"{tmp_path}/source cannot be read" in result.reason
    assert overlay.exists(str(tmp_path / "it")) is (None if action == "unknown" else False)
