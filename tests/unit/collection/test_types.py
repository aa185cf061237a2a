# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint finds wrong types in the whole collection, as in a project that is installed for editing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.collection.module_sources import ROOT

#: What mypy knows is kept, as it saves most of the time.
CACHE, LINTS_CACHE = ROOT / ".cache/wrong-types", ROOT / ".mypy_cache"
_PLUGINS = "ansible_collections/vigo/bridge/plugins"

_WRONG_VALUE = "\n\ndef wrong() -> bool:\n    return 'yes'\n"
_NO_TYPES = "\n\ndef wrong(value):\n    return value\n"
_NO_VALUE = "\n\ndef wrong(text: str | None) -> str:\n    return text.upper()\n"
_WRONG_PARAMETERS = "\n\ndef wrong(pairs: dict) -> None:\n    pairs.clear()\n"

#: A file, what is written to its end, and the error that mypy then has there.
CASES = [
    ("action/exec.py", _WRONG_VALUE, "return-value"),
    ("doc_fragments/sdk.py", _WRONG_VALUE, "return-value"),
    ("inventory/stacks.py", _WRONG_VALUE, "return-value"),
    ("lookup/secret.py", _WRONG_VALUE, "return-value"),
    ("modules/exec.py", _WRONG_VALUE, "return-value"),
    ("module_utils/common/durations.py", _WRONG_VALUE, "return-value"),
    ("module_utils/types/container/decide/decide.py", _WRONG_VALUE, "return-value"),
    ("module_utils/types/exec/guards.py", _NO_TYPES, "no-untyped-def"),
    ("module_utils/types/file/mode.py", _NO_VALUE, "union-attr"),
    ("plugin_utils/secrets.py", _WRONG_PARAMETERS, "type-arg"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return mypy's errors in a copy with all of these faults."""
    copy = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name in ("vigo_bridge", "ansible_collections"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests", "benchmarks"):  # Nothing in them, as checking them takes long.
        (copy / name).mkdir()
        (copy / name / "nothing.py").touch()
    if not CACHE.exists() and LINTS_CACHE.exists():
        shutil.copytree(LINTS_CACHE, CACHE)
    for name, fault, _code in CASES:
        with (copy / _PLUGINS / name).open("a") as stream:
            stream.write(fault)
    # For mypy, a project that is installed for editing is a part of site-packages.
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    mypy = Path(sys.executable).with_name("mypy")
    finished = subprocess.run(
        [mypy, "--no-pretty", f"--cache-dir={CACHE}"],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 1, finished.stdout + finished.stderr
    return finished.stdout.splitlines()


@pytest.mark.parametrize(("name", "fault", "code"), CASES, ids=[case[0] for case in CASES])
def test_lint_finds_a_wrong_type(found: list[str], name: str, fault: str, code: str) -> None:
    errors = [line for line in found if line.startswith(f"{_PLUGINS}/{name}:")]

    assert [error.rpartition(" ")[2] for error in errors] == [f"[{code}]"]


def test_lint_finds_nothing_else(found: list[str]) -> None:
    wrong = {f"{_PLUGINS}/{name}" for name, _fault, _code in CASES}

    assert {line.partition(":")[0] for line in found if ": error: " in line} == wrong
