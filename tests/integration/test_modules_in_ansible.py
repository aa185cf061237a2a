# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as Ansible runs them, on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_program import TARGET_PYTHON, ansible

pytestmark = pytest.mark.integration

SECRET = "correct horse battery"


@dataclass(frozen=True)
class Answer:
    """What Ansible made of one module call. verdict: SUCCESS, CHANGED or FAILED!"""

    verdict: str
    result: dict[str, Any]
    printed: str


def call(module: str, arguments: dict[str, Any], *flags: str, pipelining: bool = True) -> Answer:
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "ansible", "adhoc", "localhost"),
            *("--inventory", "localhost,", "--connection", "local", "-vvv"),
            *("--module-name", f"vigo.bridge.{module}", "--args", json.dumps(arguments)),
            *flags,
        ],
        env={
            **os.environ,
            "ANSIBLE_PIPELINING": str(pipelining),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_PYTHON_INTERPRETER": TARGET_PYTHON,
            "VIGO_SECRET_SHOP_PASSWORD": SECRET,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    head, _, answer = finished.stdout.partition(" => ")
    result, _ = json.JSONDecoder().raw_decode(answer)
    return Answer(head.rsplit(" | ", 1)[-1], result, finished.stdout + finished.stderr)


#: module, its arguments -> the verdict, and part of the result
CASES: dict[str, tuple[str, dict[str, Any], str, dict[str, Any]]] = {
    "a new file": (
        "file",
        {"target_path": "{folder}/new", "content": "text"},
        "CHANGED",
        {"action": "created", "changed": True},
    ),
    "a file that must not be": (
        "file",
        {"target_path": "{folder}/none", "state": "absent"},
        "SUCCESS",
        {"action": "none", "changed": False},
    ),
    "a file with wrong attributes": (
        "file",
        {"target_path": "relative"},
        "FAILED!",
        {
            "msg": "target_path: 'relative' is not absolute; write it with a leading / or ~/",
            "log": "",
        },
    ),
    "a command with another exit code that is accepted": (
        "exec",
        {"command": "echo done; exit 2", "returns": [0, 2]},
        "CHANGED",
        {"action": "ran", "rc": 2, "output": "done\n"},
    ),
    "a command that fails": (
        "exec",
        {"command": "echo broken; exit 3"},
        "FAILED!",
        {"action": "failed", "rc": 3, "log": "broken\n", "changed": False},
    ),
    "a triggered command behind a guard that would refuse": (
        "exec",
        {"command": "echo again", "creates": "/", "triggered": True},
        "CHANGED",
        {"action": "ran", "reason": "triggered", "output": "again\n"},
    ),
    "a condition": (
        "condition",
        {"that": "dir_exists('{folder}') && !file_exists('{folder}/x')"},
        "SUCCESS",
        {"holds": True, "changed": False},
    ),
    "a condition that means nothing": (
        "condition",
        {"that": "file_exist('/etc')"},
        "FAILED!",
        {
            "msg": "that: unknown builtin 'file_exist'; did you mean 'file_exists'? (character 1)",
            "changed": False,
        },
    ),
    "a command that a guard refuses": (
        "exec",
        {"command": "exit 1", "creates": "/"},
        "SUCCESS",
        {"action": "skipped", "reason": "creates: / exists", "changed": False},
    ),
}


#: attributes of a file that is there -> what check mode returns of it, as it would be
PREDICTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "new content and another mode": (
        {"content": "longer", "mode": "0600"},
        {"state": "file", "size": 6, "mode": "0600"},
    ),
    "a file that has another name, too": (
        {"mode": "0640"},
        {"state": "file", "size": 3, "mode": "0640"},
    ),
    "a file that is removed": (
        {"state": "absent"},
        {"state": "absent", "size": None, "mode": None, "owner": None},
    ),
}


Results = Mapping[str, dict[str, Any]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Run one playbook with a task for each case, and return the result of each task."""
    folder = tmp_path_factory.mktemp("cases")
    tasks = [
        *(
            _task(name, module, _in(folder, arguments))
            for name, (module, arguments, *_) in CASES.items()
        ),
        *(_predicted(folder / str(number), name) for number, name in enumerate(PREDICTED)),
    ]
    written = folder / "results.json"
    registered = ", ".join(task["register"] for task in tasks)
    last = {"ansible.builtin.copy": {"content": f"{{{{ [{registered}] }}}}", "dest": str(written)}}
    play = {"hosts": "all", "connection": "local", "gather_facts": False, "tasks": [*tasks, last]}
    (folder / "site.yml").write_text(json.dumps([play]))
    finished = ansible("playbook", "-i", "localhost,", "site.yml", cwd=folder)
    assert finished.status == 0, finished.out + finished.err
    found = json.loads(written.read_text())
    return dict(zip([*CASES, *PREDICTED], found, strict=True))


def _task(name: str, module: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    register = re.sub(r"\W", "_", name)
    call = {f"vigo.bridge.{module}": arguments}
    return {"name": name, "register": register, "ignore_errors": True, **call, **more}


def _in(folder: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.replace("{folder}", str(folder)) if isinstance(value, str) else value
        for name, value in arguments.items()
    }


def _predicted(folder: Path, name: str) -> dict[str, Any]:
    """Return a task in check mode for a file with two names."""
    folder.mkdir()
    (folder / "it").write_text("old")
    (folder / "other-name").hardlink_to(folder / "it")
    attributes, _ = PREDICTED[name]
    return _task(name, "file", {"target_path": str(folder / "it"), **attributes}, check_mode=True)


def verdict(result: Mapping[str, Any]) -> str:
    if result.get("failed"):
        return "FAILED!"
    return "CHANGED" if result["changed"] else "SUCCESS"


@pytest.mark.parametrize("name", CASES)
def test_verdict(results: Results, name: str) -> None:
    _, _, expected, part = CASES[name]
    result = results[name]
    assert verdict(result) == expected, result
    assert {name: result.get(name) for name in part} == part


@pytest.mark.parametrize("name", PREDICTED)
def test_check_mode_returns_what_would_be(results: Results, name: str) -> None:
    _, part = PREDICTED[name]
    result = results[name]
    assert verdict(result) == "CHANGED", result
    assert {name: result.get(name) for name in part} == part


def test_secret_reaches_the_command_and_shows_nowhere() -> None:
    arguments = {
        "command": 'echo "$PASSWORD" "$(printf %s "$PASSWORD" | wc -c)"',
        "environment": {"PASSWORD": "secret:shop/password"},
    }
    answer = call("exec", arguments)
    assert answer.result["output"] == f"******** {len(SECRET)}\n"
    assert SECRET not in answer.printed


def test_secret_is_refused_where_it_would_lie_on_the_disk() -> None:
    answer = call("exec", {"command": "true", "stdin": "secret:shop/password"}, pipelining=False)
    assert answer.verdict == "FAILED!"
    assert "pipelining" in answer.result["msg"]


def test_unknown_secret_is_named() -> None:
    answer = call("exec", {"command": "true", "stdin": "secret:shop/other"})
    assert answer.verdict == "FAILED!"
    assert "VIGO_SECRET_SHOP_OTHER" in answer.result["msg"]
