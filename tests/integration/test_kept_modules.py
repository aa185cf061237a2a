# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules are stored on their targets; if that is not possible, they are sent as by Ansible."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import kept_module
from ansible_collections.vigo.bridge.plugins.plugin_utils.kept_module import name_of
from tests.integration.ansible_program import TARGET_PYTHON, ansible
from tests.integration.module_call import Answer, call

pytestmark = pytest.mark.integration

TRUE = {"command": "true"}
TIMES = ("duration_s", "start", "end", "delta")
#: Arguments with which a module runs far enough to be stored.
GOOD: dict[str, dict[str, Any]] = {
    "exec": TRUE,
    "file": {"target_path": "/nowhere/at/all", "state": "absent"},
    "condition": {"that": "is_container"},
    "converge": {"resources": []},
}


@dataclass(frozen=True)
class Place:
    """This machine with a Python that no other test uses, so that its modules are its own."""

    inventory: str
    python: Path

    def kept(self, module: str = "exec") -> Path:
        """Return the file of a module."""
        name = name_of(f"vigo.bridge.{module}", [str(self.python)])
        return Path(kept_module.folder()) / f"{name}.code"

    def forget(self) -> None:
        for module in ("exec", *GOOD):
            self.kept(module).unlink(missing_ok=True)

    def exec(self, *options: str, **environment: str) -> Answer:
        return call("exec", TRUE, self.inventory, *options, **environment)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    subprocess.run(
        [TARGET_PYTHON, "-m", "venv", "--without-pip", str(tmp_path / "own")], check=True
    )
    python = tmp_path / "own/bin/python"
    inventory = tmp_path / "hosts.ini"
    inventory.write_text(
        f"here ansible_connection=local ansible_python_interpreter={python}\n", encoding="utf-8"
    )
    found = Place(str(inventory), python)
    yield found
    found.forget()


def test_it_is_sent_once(place: Place) -> None:
    assert [place.exec().sent for _ in range(3)] == [1, 0, 0]
    assert place.kept().stat().st_mode & 0o777 == 0o600
    assert place.kept().parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.sweep
def test_check_mode_leaves_nothing(place: Place) -> None:
    assert place.exec("--check").sent == 1
    assert not place.kept().exists()
    place.exec()
    assert place.exec("--check").sent == 0


@pytest.mark.sweep
def test_check_mode_compiles_once_what_it_needs(place: Place, tmp_path: Path) -> None:
    """It adds this to the module that a run has stored."""
    stack = {"resources": [], "state_dir": str(tmp_path / "state")}
    sizes = []
    for options in ((), ("--check",), ("--check",), ()):
        call("converge", stack, place.inventory, *options)
        sizes.append(place.kept("converge").stat())
    assert sizes[0].st_ino != sizes[1].st_ino
    assert sizes[1].st_ino == sizes[2].st_ino == sizes[3].st_ino


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (("--extra-vars", "vigo_keep_modules=false"), {}),
        ((), {"VIGO_KEEP_MODULES": "no"}),
        ((), {"ANSIBLE_PIPELINING": "false"}),
        ((), {"ANSIBLE_KEEP_REMOTE_FILES": "true"}),
    ],
    ids=["variable", "environment", "no pipelining", "files are wanted"],
)
def test_who_wants_it_sent(
    place: Place, options: Sequence[str], environment: dict[str, str]
) -> None:
    assert place.exec(*options, **environment).sent == 1
    assert not place.kept().exists()


def _lose_its_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def _give_it_away(path: Path) -> None:
    shutil.chown(path, "nobody")


@pytest.mark.parametrize(
    "damage", [_lose_its_end, pytest.param(_give_it_away, marks=pytest.mark.sweep)]
)
def test_what_is_of_no_use_is_replaced(place: Place, damage: Callable[[Path], None]) -> None:
    place.exec()
    damage(place.kept())
    answer = place.exec()
    assert (answer.sent, answer.result["changed"]) == (1, True), answer.printed
    assert place.exec().sent == 0


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("exec", {"command": "echo out; exit 3"}),
        ("exec", {"command": "true", "timeout": "a while"}),
        ("exec", {"command": "true", "creates": "/", "nonsense": 1}),
        ("exec", {"creates": "/"}),
        ("file", {"target_path": "/proc/nonsense/file", "content": "x"}),
        ("file", {"target_path": "/", "state": "directory"}),
        ("condition", {"that": "is_container || !is_container"}),
        ("condition", {"that": "is_container ||"}),
        ("converge", {"resources": [{"type": "exec", "command": "false", "id": "a/b"}]}),
        ("converge", {"resources": [{"type": "nonsense"}]}),
    ],
)
def test_the_result_is_the_same(
    place: Place, module: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    if module == "converge":
        arguments = {**arguments, "state_dir": str(tmp_path / "state")}
    sent = call(module, arguments, place.inventory, VIGO_KEEP_MODULES="false")
    call(module, GOOD[module], place.inventory)
    kept = call(module, arguments, place.inventory)
    assert (sent.sent, kept.sent) == (1, 0), kept.printed
    assert _comparable(kept.result) == _comparable(sent.result)


def _comparable(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result without times, which differ."""
    text = json.dumps(result, sort_keys=True)
    parsed: dict[str, Any] = json.loads(
        text,
        object_hook=lambda found: {k: v for k, v in found.items() if k not in TIMES},
    )
    return parsed


@pytest.mark.sweep
def test_a_python_that_the_user_wraps_stays_wrapped(tmp_path: Path) -> None:
    python = tmp_path / "wrapped"
    python.write_text(f'#!/bin/sh\nWORD=hello exec {TARGET_PYTHON} "$@"\n')
    python.chmod(0o755)
    inventory = tmp_path / "hosts.ini"
    inventory.write_text(f"here ansible_connection=local ansible_python_interpreter={python}\n")
    place = Place(str(inventory), python)
    command = {"command": 'test "$WORD" = hello'}
    try:
        answers = [call("exec", command, place.inventory) for _ in range(2)]
        assert [answer.sent for answer in answers] == [1, 0], answers[1].printed
        assert answers[1].result["changed"], answers[1].printed
    finally:
        place.forget()


@pytest.mark.sweep
def test_a_tasks_environment_counts(place: Place, tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        """
- hosts: all
  gather_facts: false
  environment: {WORD: hello there}
  tasks:
    - {vigo.bridge.exec: {command: "true"}}
    - {vigo.bridge.exec: {command: 'test "$WORD" = "hello there"'}}
""",
        encoding="utf-8",
    )
    finished = ansible("playbook", "-i", place.inventory, playbook, cwd=tmp_path)
    assert finished.status == 0, finished.out
