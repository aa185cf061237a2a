# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of tests with Git repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.repositories.remote import Remote


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use no settings of the person who runs the tests."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run git without its guard, which takes longer than git: test_guard.py has its tests, and
    test_sha256.py and test_signature.py run with it.
    """
    monkeypatch.setattr("vigo_bridge.watch.sources.git.program.guarded", list)


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path / "shop.git")
