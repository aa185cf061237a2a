# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module that uses no engine imports; on each host, imports are most of its time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.unit.collection.module_sources import ROOT

#: Slow to import, and each only for some calls: wrong arguments, engines, archives, downloads.
SLOW = (
    "ansible",
    "dataclasses",
    "docker",
    "email",
    "http",
    "pathlib",
    "ssl",
    "urllib.request",
    "zipfile",
)


@pytest.mark.parametrize("module", ["converge", "file", "exec", "condition", "traits"])
def test_a_module_imports_nothing_slow(module: str) -> None:
    name = f"ansible_collections.vigo.bridge.plugins.modules.{module}"
    program = (
        f"import sys; before = set(sys.modules); sys.path.insert(0, {str(ROOT)!r}); import {name};"
        " print(*sorted(set(sys.modules) - before))"
    )
    printed = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    imported = printed.stdout.split()
    assert name in imported
    assert [each for each in imported if each in SLOW] == []
