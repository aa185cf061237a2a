# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets whose first Python does not run, and whose shell prints additional text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_program import TARGET_PYTHON
from tests.integration.module_call import call

pytestmark = pytest.mark.integration

#: programs in the place of a Python
SHIMS = {
    "of pyenv": "echo 'pyenv: python3.13: command not found' >&2; exit 127",
    "prints an answer": """echo '{"x": 1}'; exit 1""",
    "reads its input": "cat >/dev/null; exit 1",
    "hangs": "sleep 1000",
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
        ("hangs", "auto", "true"),
        pytest.param("hangs", "auto_silent", "false", marks=pytest.mark.sweep),
    ],
)
def test_the_next_python_is_taken(tmp_path: Path, shim: str, setting: str, pipelining: str) -> None:
    pythons = [program(tmp_path / "shim", SHIMS[shim]), str(tmp_path / "none"), TARGET_PYTHON]
    hosts = inventory(tmp_path, setting, pythons)
    command = {"command": f"echo x >> {tmp_path}/log"}
    answer = call("exec", command, hosts, ANSIBLE_PIPELINING=pipelining, ANSIBLE_TIMEOUT="1")
    assert answer.result.get("action") == "ran", answer.printed
    assert (tmp_path / "log").read_text() == "x\n"


def test_traits_in_the_background(tmp_path: Path) -> None:
    answer = call(
        "traits", {"names": ["os"]}, inventory(tmp_path, TARGET_PYTHON), "-B", "60", "-P", "1"
    )
    assert answer.result["traits"]["os"]["family"], answer.printed


def test_the_next_python_is_asked_for_the_result(tmp_path: Path) -> None:
    """Ansible asks for the result of a task in the background with a module of its own."""
    hosts = inventory(tmp_path, "auto", [program(tmp_path / "shim", SHIMS["hangs"]), TARGET_PYTHON])
    background = ("-B", "60", "-P", "1")
    answer = call("traits", {"names": ["os"]}, hosts, *background, ANSIBLE_TIMEOUT="1")
    assert answer.result["traits"]["os"]["family"], answer.printed


def test_traits_use_the_next_python_too(tmp_path: Path) -> None:
    hosts = inventory(tmp_path, "auto", [program(tmp_path / "shim", SHIMS["hangs"]), TARGET_PYTHON])
    answer = call("traits", {"names": ["os"]}, hosts, ANSIBLE_TIMEOUT="1")
    assert answer.result["traits"]["os"]["family"], answer.printed
    assert "_call" not in json.dumps(answer.result)
    assert "shim on the target does not respond; repair or remove it" in answer.printed


@pytest.mark.parametrize("module", [("exec", {"command": "true"}), ("traits", {"names": ["os"]})])
@pytest.mark.parametrize("pipelining", ["true", pytest.param("false", marks=pytest.mark.sweep)])
def test_no_python_answers(
    tmp_path: Path, module: tuple[str, dict[str, Any]], pipelining: str
) -> None:
    hosts = inventory(tmp_path, program(tmp_path / "shim", SHIMS["hangs"]))
    answer = call(*module, hosts, ANSIBLE_TIMEOUT="1", ANSIBLE_PIPELINING=pipelining)
    assert answer.result["msg"] == (
        f"no Python on the target can be used: {tmp_path}/shim did not answer within 1 s"
        " (ANSIBLE_TIMEOUT); set ansible_python_interpreter to a working one"
    )


@pytest.mark.parametrize(
    "module",
    [("exec", {"command": "echo real"}, "output"), ("traits", {"names": ["os"]}, "traits")],
)
@pytest.mark.parametrize("pipelining", ["true", pytest.param("false", marks=pytest.mark.sweep)])
def test_a_program_that_prints_a_result(
    tmp_path: Path, module: tuple[str, dict[str, Any], str], pipelining: str
) -> None:
    """The result is the module's own, whatever is printed before and after it."""
    fake = json.dumps({"changed": True, "action": "ran", "output": "fake", "traits": "fake"})
    missing = json.dumps({"module_missing": "module"})
    noise = f"printf '%s\\n' '{fake}' '{missing}'"
    python = f'{TARGET_PYTHON} "$@"; code=$?'
    hosts = inventory(
        tmp_path, program(tmp_path / "python", f"{noise}; {python}; {noise}; exit $code")
    )
    name, arguments, key = module
    answer = call(name, arguments, hosts, ANSIBLE_PIPELINING=pipelining)
    assert answer.result[key] not in ("", "fake"), answer.printed


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("shim", "message"),
    [
        ("of pyenv", "no usable Python (pyenv: python3.13: command not found); install one"),
        ("old", "the module exited without a result (exit code 2): Unknown option: -I"),
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
    """What a program in the place of Python prints is not taken for its answer."""
    noise = """echo '{"x": 1}'"""
    python = program(tmp_path / "python", f'{noise}; {TARGET_PYTHON} "$@"; exit 9')
    answer = call("exec", {"command": "kill -9 $PPID"}, inventory(tmp_path, python))
    assert "the module exited without a result (exit code 9); see" in answer.result["msg"]
    assert "FAILED" in answer.printed
