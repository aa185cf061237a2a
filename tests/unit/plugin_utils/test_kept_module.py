# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that run a module on a target, as a shell of a target runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.kept_module import (
    arguments,
    first_call,
    later_call,
    name_of,
    sources,
)

pytestmark = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="setpriv makes a user of root"
)
MISSING = {"module_missing": True}
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
NOBODY = 65534
PYTHONS = ("no-such-python", "/usr/bin/python3")
EXEC = "vigo.bridge.exec"


@pytest.fixture
def home() -> Iterator[Path]:
    """The home of a user who is not root, who cannot enter pytest's own folders."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        give_away(Path(folder))
        yield Path(folder)


def give_away(path: Path) -> None:
    if os.geteuid() == 0:
        for each in [path, *path.rglob("*")]:
            shutil.chown(each, NOBODY, NOBODY)


def keep(home: Path, name: str, program: str, state: str = ".local/state") -> Path:
    path = home / state / "vigo-bridge/modules" / f"{name}.py"
    path.parent.mkdir(parents=True)
    path.write_text(program)
    give_away(home)
    return path


def run(
    command: str, home: Path, given: bytes = b"", shell: str = "sh", **environment: str
) -> dict[str, Any]:
    privileges = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    program = ["busybox", "sh"] if shell == "busybox" else [shell]
    finished = subprocess.run(
        [*(privileges if os.geteuid() == 0 else []), *program, "-c", command],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), **environment},
        cwd="/",
        input=given,
        capture_output=True,
        check=False,
    )
    assert finished.stderr == b""
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


@pytest.mark.parametrize("shell", SHELLS)
class TestLaterCall:
    def test_nothing_is_kept(self, shell: str, home: Path) -> None:
        assert run(later_call("exec-1", PYTHONS), home, shell=shell) == MISSING

    def test_it_reads_the_arguments(self, shell: str, home: Path) -> None:
        keep(home, "exec-1", "import sys; print(sys.stdin.read())")
        given = arguments({"command": 'echo it\'s "one" ☃'})
        answer = run(later_call("exec-1", PYTHONS), home, given, shell)
        assert answer == json.loads(given)

    def test_the_state_folder_is_elsewhere(self, shell: str, home: Path) -> None:
        keep(home, "exec-1", "print('{}')", state="my state")
        state = str(home / "my state")
        command = later_call("exec-1", PYTHONS)
        assert run(command, home, shell=shell, XDG_STATE_HOME=state) == {}

    def test_no_python_is_there(self, shell: str, home: Path) -> None:
        keep(home, "exec-1", "print('{}')")
        assert run(later_call("exec-1", PYTHONS[:1]), home, shell=shell) == MISSING

    @pytest.mark.parametrize("whose", ["program", "folder"])
    def test_one_of_somebody_else_is_not_run(self, shell: str, home: Path, whose: str) -> None:
        path = keep(home, "exec-1", "print('{}')")
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        shutil.chown(path if whose == "program" else path.parent, "root")
        assert run(later_call("exec-1", PYTHONS), home, shell=shell) == MISSING


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_call_keeps_what_later_calls_run(shell: str, home: Path) -> None:
    given = arguments({"command": "echo done"})
    name = name_of(EXEC, PYTHONS)
    first = run(first_call(PYTHONS), home, sources(EXEC, name) + given, shell)
    later = run(later_call(name, PYTHONS), home, given, shell)
    assert [answer["output"] for answer in (first, later)] == ["done\n", "done\n"]
    folder = home / ".local/state/vigo-bridge/modules"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(path.suffix for path in folder.iterdir()) == [".code", ".py"]


def test_a_first_call_that_keeps_nothing(home: Path) -> None:
    given = sources(EXEC, "") + arguments({"command": "echo done"})
    assert run(first_call(PYTHONS), home, given)["output"] == "done\n"
    assert list(home.iterdir()) == []


def test_where_it_cannot_be_kept_it_runs_nevertheless(home: Path) -> None:
    (home / ".local").write_text("")
    given = sources(EXEC, name_of(EXEC, PYTHONS)) + arguments({"command": "echo done"})
    assert run(first_call(PYTHONS), home, given)["output"] == "done\n"


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        ("condition", "missing required arguments: that"),
        ("container", "missing required arguments: container"),
        ("converge", "Unsupported parameters for (basic.py) module: no_such_option"),
        ("exec", "missing required arguments: command"),
        ("file", "missing required arguments: target_path"),
    ],
)
def test_sources_hold_all_that_a_module_imports(home: Path, module: str, complaint: str) -> None:
    given = sources(f"vigo.bridge.{module}", "") + arguments({"no_such_option": 1})
    assert run(first_call(PYTHONS), home, given)["msg"].startswith(complaint)


@pytest.mark.parametrize("pythons", [("/no/such/python",), ("old-python",)])
def test_no_python_that_will_do(home: Path, pythons: Sequence[str]) -> None:
    """All of the input is read: else the connection might break before the answer is there."""
    old = home / "old-python"
    old.write_text(
        """#!/bin/sh
exec /usr/bin/python3 -c "import sys
sys.version_info = (3, 7, 2)
$2"
"""
    )
    old.chmod(0o755)
    given = sources(EXEC, "") + arguments({"command": "x" * 1_000_000})
    assert run(first_call(pythons), home, given, PATH=f"{home}:/usr/bin:/bin") == MISSING


def test_the_name_says_which_module_and_which_python() -> None:
    names = {
        name_of(f"vigo.bridge.{module}", pythons)
        for module in ("exec", "file")
        for pythons in (PYTHONS, PYTHONS[1:])
    }
    assert len(names) == 4
    assert {name.partition("-")[0] for name in names} == {"exec", "file"}
    assert name_of(EXEC, PYTHONS) in names
