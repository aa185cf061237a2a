# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of variables that are missing or wrong: an error in plan as in run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import observe, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("content", [None, "A='1\n"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: str | None, check: bool) -> None:
    with pytest.raises(ResourceError, match=r"env_file: .*/variables"):
        file_env(tmp_path, content, Target(check, Secrets({})))


def test_a_file_that_a_change_before_may_bring(tmp_path: Path) -> None:
    overlay = Overlay()
    overlay.mark_unknown([str(tmp_path)])
    target = Target(True, Secrets({}), overlay=overlay)
    assert file_env(tmp_path, None, target) == {}
    assert "cannot be read" in target.notes[0]


def file_env(folder: Path, content: str | None, target: Target) -> dict[str, str]:
    path = folder / "variables"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    wanted = spec.parse({"container": "app", "image": "x", "env_file": str(path)})
    return observe._file_env(wanted, target)
