# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is replaced in one step, or stays as it is, and nothing is left beside it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.temporary_files import (
    write_atomically,
)
from tests.unit.collection.module_sources import ROOT


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("old", [None, b"", b"old"])
def test_it_is_written(tmp_path: Path, old: bytes | None, durable: bool) -> None:
    path = tmp_path / "it"
    if old is not None:
        path.write_bytes(old)
        path.chmod(0o644)

    write_atomically(str(path), b"new", durable)

    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "it").symlink_to("other")

    write_atomically(str(tmp_path / "it"), b"new")

    assert not (tmp_path / "it").is_symlink()
    assert (tmp_path / "other").read_bytes() == b"other"


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_where_it_fails_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"old")

    def fail(*_arguments: object) -> None:
        assert path.read_bytes() == b"old"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(str(path), b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_durable_file_is_on_the_disk_before_its_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def noted(step: str) -> Callable[..., None]:
        real = getattr(os, step)

        def call(*given: Any) -> None:
            steps.append(step)
            real(*given)

        return call

    for step in ("fsync", "rename"):
        monkeypatch.setattr(os, step, noted(step))
    write_atomically(str(tmp_path / "it"), b"new")
    write_atomically(str(tmp_path / "it"), b"new", durable=False)

    assert steps == ["fsync", "rename", "fsync", "rename"]


def test_no_other_file_creates_files_to_rename() -> None:
    found = {
        path.name
        for folder in ("vigo_bridge", "ansible_collections/vigo/bridge/plugins")
        for path in (ROOT / folder).rglob("*.py")
        if {"mkstemp", "NamedTemporaryFile"} & set(re.findall(r"\w+", path.read_text("utf-8")))
    }

    assert found == {"temporary_files.py"}
