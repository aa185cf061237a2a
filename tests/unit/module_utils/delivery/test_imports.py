# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module imports; on each host, imports are most of its time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.unit.collection.module_sources import ROOT

#: Slow to import, and each only for some calls: wrong arguments, errors, programs, archives.
SLOW = (
    "ansible",
    "csv",
    "dataclasses",
    "docker",
    "pathlib",
    "shutil",
    "subprocess",
    "tempfile",
    "traceback",
    "urllib.request",
    "zipfile",
)
OF_ENGINES = ("email", "http", "ssl")


@pytest.mark.parametrize(
    ("module", "slow"),
    [
        ("converge", (*SLOW, *OF_ENGINES)),
        ("file", (*SLOW, *OF_ENGINES)),
        ("exec", (*SLOW, *OF_ENGINES)),
        ("condition", (*SLOW, *OF_ENGINES)),
        ("traits", (*SLOW, *OF_ENGINES)),
        ("container", SLOW),
    ],
)
def test_a_module_imports_nothing_slow(module: str, slow: Sequence[str]) -> None:
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
    assert [each for each in imported if each in slow] == []
