# SPDX-License-Identifier: GPL-3.0-or-later
"""A target's first Python may not run, and its shell may print text of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.integration.ansible_program import TARGET_PYTHON
from tests.integration.module_call import call

pytestmark = pytest.mark.integration

#: programs in the place of a Python
SHIMS = {
    "of pyenv": "echo 'pyenv: python3.13: command not found' >&2; exit 127",
    "prints an answer": """echo '{"x": 1}'; exit 1""",
    "reads its input": "cat >/dev/null; exit 1",
    "old": 'case "$*" in *version_info*) exit 1;; esac; echo "Unknown option: -I" >&2; exit 2',
}


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def inventory(folder: Path, python: str, pythons: Sequence[str] = (), **more: str) -> str:
    host = {
        "ansible_connection": "local",
        "ansible_python_interpreter": python,
        "ansible_interpreter_python_fallback": list(pythons),
        **more,
    }
    path = folder / "hosts.json"
    path.write_text(json.dumps({"all": {"hosts": {"here": host}}}), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("shim", "setting", "pipelining"),
    [
        ("of pyenv", "auto", "true"),
        pytest.param("of pyenv", "auto_silent", "false", marks=pytest.mark.sweep),
        pytest.param("of pyenv", "auto_legacy_silent", "true", marks=pytest.mark.sweep),
        pytest.param("prints an answer", "auto_silent", "true", marks=pytest.mark.sweep),
        pytest.param("reads its input", "auto_silent", "true", marks=pytest.mark.sweep),
        pytest.param("old", "auto_silent", "true", marks=pytest.mark.sweep),
        pytest.param("old", "auto_silent", "false", marks=pytest.mark.sweep),
    ],
)
def test_the_next_python_is_taken(tmp_path: Path, shim: str, setting: str, pipelining: str) -> None:
    pythons = [program(tmp_path / "shim", SHIMS[shim]), str(tmp_path / "none"), TARGET_PYTHON]
    hosts = inventory(tmp_path, setting, pythons)
    command = {"command": f"echo x >> {tmp_path}/log"}
    answer = call("exec", command, hosts, ANSIBLE_PIPELINING=pipelining)
    assert answer.result.get("action") == "ran", answer.printed
    assert (tmp_path / "log").read_text() == "x\n"


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("shim", "message"),
    [
        ("of pyenv", "no usable Python (pyenv: python3.13: command not found); install one"),
        ("old", "the module ended without a result (exit code 2): Unknown option: -I"),
    ],
)
def test_no_python_runs(tmp_path: Path, shim: str, message: str) -> None:
    hosts = inventory(tmp_path, program(tmp_path / "shim", SHIMS[shim]))
    answer = call("exec", {"command": "true"}, hosts)
    assert message in answer.result["msg"], answer.printed


@pytest.mark.parametrize(
    ("before", "after", "pipelining"),
    [
        ("""'{"x":1}'""", "'{ goodbye'", "true"),
        pytest.param("'{ hello'", """'{"x":1}'""", "true", marks=pytest.mark.sweep),
        # Ansible itself takes what comes last for the name of its temporary folder.
        pytest.param("'{ hello'", "", "false", marks=pytest.mark.sweep),
    ],
)
def test_a_shell_that_prints_text(tmp_path: Path, before: str, after: str, pipelining: str) -> None:
    shell = program(tmp_path / "shell", f'echo {before}; /bin/sh "$@"; printf %s {after}')
    hosts = inventory(tmp_path, TARGET_PYTHON, ansible_shell_executable=shell)
    answer = call("exec", {"command": "true"}, hosts, ANSIBLE_PIPELINING=pipelining)
    assert answer.result.get("action") == "ran", answer.printed


@pytest.mark.sweep
def test_a_module_that_dies(tmp_path: Path) -> None:
    """What the shell prints is not taken for its answer."""
    noise = """echo '{"x": 1}'"""
    python = program(tmp_path / "python", f'{noise}; {TARGET_PYTHON} "$@"; exit 9')
    answer = call("exec", {"command": "kill -9 $PPID"}, inventory(tmp_path, python))
    assert "the module ended without a result (exit code 9): " in answer.result["msg"]
    assert "FAILED" in answer.printed
