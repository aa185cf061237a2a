# SPDX-License-Identifier: GPL-3.0-or-later
"""Before a container is removed, the run waits until readers that follow logs have its last
lines.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host import private_files
from ansible_collections.vigo.bridge.plugins.module_utils.state import log_readers

_NAME = "0123456789abcdef" * 2


@pytest.fixture
def waited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long the code has slept, as time stands still otherwise."""
    slept: list[float] = []
    clock = SimpleNamespace(
        time_ns=time.time_ns, sleep=slept.append, monotonic=lambda: 1000.0 + sum(slept)
    )
    monkeypatch.setattr(log_readers, "time", clock)
    monkeypatch.setattr(private_files, "default_folder", lambda: str(tmp_path / "state"))
    return slept


def test_nobody_reads(waited: list[float]) -> None:
    log_readers.await_readers()
    assert waited == []


def test_a_reader_that_has_all(waited: list[float]) -> None:
    log_readers.announce(_NAME, time.time_ns() + 10**12)
    log_readers.await_readers()
    assert waited == []


def test_a_reader_that_does_not_come_back(waited: list[float]) -> None:
    log_readers.announce(_NAME, 0)
    log_readers.await_readers()
    assert 4 < sum(waited) < 6


def test_a_reader_that_comes_back(waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    log_readers.announce(_NAME, 0)

    def look(seconds: float) -> None:
        waited.append(seconds)
        log_readers.announce(_NAME, time.time_ns() + 10**12)

    monkeypatch.setattr(f"{log_readers.__name__}.time.sleep", look)
    log_readers.await_readers()
    assert len(waited) == 1


def test_a_reader_that_has_ended(waited: list[float], tmp_path: Path) -> None:
    log_readers.announce(_NAME, 0)
    [path] = (tmp_path / "state/log-readers").iterdir()
    os.utime(path, (1, 1))
    log_readers.await_readers()
    assert waited == []
    assert not path.exists()


@pytest.mark.parametrize("name", ["", "../x", "x" * 32, f"{_NAME}/", _NAME.upper()])
def test_a_name_that_is_none(name: str, waited: list[float], tmp_path: Path) -> None:
    log_readers.announce(name, 0)
    assert not (tmp_path / "state").exists()
