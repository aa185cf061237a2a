# SPDX-License-Identifier: GPL-3.0-or-later
"""Owner before mode: a change of owner clears the set-user-ID bit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from tests.unit.module_utils.applying import apply


@pytest.mark.parametrize("exists", [False, True])
def test_the_mode_is_set_after_the_owner(
    tmp_path: Path, exists: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "program"
    if exists:
        path.write_text("old")
    calls: list[str] = []

    def noted(name: str, *_: Any) -> None:
        calls.append(name)

    monkeypatch.setattr(os, "chown", lambda *given: noted("chown", *given))
    monkeypatch.setattr(os, "chmod", lambda *given: noted("chmod", *given))
    result = apply(
        File(),
        {
            "target_path": str(path),
            "content": "new",
            "owner": "12345",
            "group": "12345",
            "mode": "4755",
        },
    )
    assert not result.failed, result.reason
    assert "chown" in calls
    assert calls[-1] == "chmod"
