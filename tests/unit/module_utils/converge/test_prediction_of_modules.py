# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions hold for stacks that mix modules of Ansible with files and commands, too.

Forking the process of the tests for each module is slow, so all of it belongs to the sweep.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import module_archive
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.ansible_modules import TOLD, packed
from tests.unit.module_utils.converge.test_prediction import (
    ALL,
    MODULES,
    RELAXED,
    START,
    WHEN,
    Entry,
    compare,
    stacks,
)

NAMES = [f"ansible.builtin.{name}" for name in ("lineinfile", "blockinfile", "file", "command")]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Target]:
    archive = packed(NAMES, tmp_path_factory.mktemp("modules"))
    path = module_archive.provide(archive.offer(), archive.packed(), keep=False)
    assert path
    library = module_archive.Library(path, archive.names, TOLD)

    def make(check: bool) -> Target:
        target = Target(check_mode=check)
        target.service(module_archive.LIBRARY, lambda: library)
        return target

    return make


@pytest.mark.sweep
@settings(RELAXED, max_examples=100)
@given(entries=stacks(f"{ALL} {MODULES}"), start=START, when=WHEN)
def test_runs_do_what_was_predicted(
    target: Callable[[bool], Target], entries: list[Entry], start: set[int], when: str | None
) -> None:
    compare(entries, start, when, target)
