# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of modules are built once, although each host has a worker of its own."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ansible.module_utils  # noqa: F401  (archives depend on its files)
import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils import module_archives

WORKERS = 4


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file that gets a line for each archive that is built."""
    log = tmp_path / "builds"
    log.touch()
    keep = module_archives._keep

    def build(modules: Sequence[Any]) -> bytes:
        with log.open("a") as stream:
            stream.write("built\n")
        time.sleep(0.2)
        keep(modules, {}, b"content")
        return b"content"

    monkeypatch.setattr(module_archives, "_built", build)
    monkeypatch.setattr(module_archives, "_folder", lambda: str(tmp_path / "archives"))
    return log


def work(answers: Any) -> None:
    answers.put(module_archives.archive_of(()).content)


def contents() -> list[bytes]:
    """Return the archives that as many processes get at the same time."""
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    workers = [context.Process(target=work, args=(answers,)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    return [answers.get() for _ in workers]


def test_many_workers_build_one_archive(builds: Path) -> None:
    assert contents() == [b"content"] * WORKERS
    assert builds.read_text() == "built\n"
    assert contents() == [b"content"] * WORKERS
    assert builds.read_text() == "built\n"


def test_without_a_folder_each_builds_its_own(
    builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module_archives, "_folder", lambda: str(builds / "archives"))
    assert contents() == [b"content"] * WORKERS
    assert builds.read_text() == "built\n" * WORKERS


def test_what_is_used_stays(builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet whose hosts use many sets of modules must not build one of them in each run."""
    monkeypatch.setattr(module_archives, "_MOST", 2)
    names = iter(["used", "used", "other 1", "used", "other 2", "used"])
    current = ""
    monkeypatch.setattr(module_archives, "_name", lambda modules: current)
    for current in names:  # noqa: B007  (read by _name)
        module_archives.archive_of(())
        for path in (tmp_path / "archives").iterdir():
            # As if each was built and used a day before the next one.
            age = path.stat().st_mtime - 86400
            os.utime(path, (age, age))
    assert builds.read_text() == "built\n" * 3
