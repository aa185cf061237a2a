# SPDX-License-Identifier: GPL-3.0-or-later
"""What killed calls left half done is removed, and what other calls are just writing is not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.unpacking import put

#: name, age in seconds -> whether it stays
LEFT = [(".part-x", 0, True), (".part-x", 7200, False), ("other", 7200, True)]


@pytest.mark.parametrize(("name", "age", "stays"), LEFT)
def test_what_is_left_half_done(name: str, age: int, stays: bool, tmp_path: Path) -> None:
    folder = tmp_path / "modules"
    folder.mkdir(mode=0o700)
    (folder / name).write_text("x")
    os.utime(folder / name, (time.time() - age,) * 2)
    put(str(folder), "new", b"content")
    assert (folder / name).exists() is stays
    assert (folder / "new").read_bytes() == b"content"
