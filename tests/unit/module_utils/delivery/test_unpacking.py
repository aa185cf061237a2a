# SPDX-License-Identifier: GPL-3.0-or-later
"""Incomplete folders of killed calls are removed, and folders that other calls are writing are
not.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.unpacking import put, unpack
from ansible_collections.vigo.bridge.plugins.module_utils.host import (
    temporary_files,
    temporary_folders,
)


def _unpacked(folder: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("it", "content")
    unpack(archive.getvalue(), folder, "new")


@pytest.mark.parametrize("call", [_unpacked, lambda folder: put(folder, "new", b"content")])
def test_what_is_left_half_done(call: Callable[[str], None], tmp_path: Path) -> None:
    folder = tmp_path / "modules"
    folder.mkdir(mode=0o700)
    (folder / ".part-file").touch()
    (folder / ".part-folder").mkdir()
    (folder / "other").touch()
    with (
        temporary_files.temporary(str(folder), ".part-") as file,
        temporary_folders.temporary_folder(str(folder), ".part-") as used,
    ):
        in_use = {Path(file.path), Path(used)}
        call(str(folder))
        assert set(folder.iterdir()) == {*in_use, folder / "other", folder / "new"}
