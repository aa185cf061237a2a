# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that run a module on a target, as a shell of a target runs them."""

from __future__ import annotations

import importlib.util
import json
import marshal
import os
import shutil
import subprocess
import sysconfig
from collections import ChainMap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.bundled_module import COLLECTION
from ansible_collections.vigo.bridge.plugins.plugin_utils.kept_module import (
    Start,
    arguments,
    name_of,
    reader,
    sources,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.python_start import found, hung

pytestmark = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="setpriv makes a user of root"
)
CALL = "0f" * 16
ECHO = {"invocation": {"module_args": {"_call": {CALL: True}}}}
MISSING = {"module_missing": "module", **ECHO}
NO_PYTHON = {"module_missing": "python", **ECHO}
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
NOBODY = 65534
PYTHONS = ("no-such-python", "/usr/bin/python3")
EXEC = "vigo.bridge.exec"
BEGINNING = Start(PYTHONS).beginning()
NAME = name_of(EXEC, PYTHONS)


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield the home of a user who is not root, who cannot enter pytest's own folders."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        give_away(Path(folder))
        yield Path(folder)


def give_away(path: Path) -> None:
    if os.geteuid() == 0:
        for each in [path, *path.rglob("*")]:
            shutil.chown(each, NOBODY, NOBODY)


def printed(command: str, given: bytes = b"", shell: str = "sh") -> str:
    program = ["busybox", "sh"] if shell == "busybox" else [shell]
    finished = subprocess.run(
        [*program, "-c", command],
        input=given,
        capture_output=True,
        check=True,
    )
    return finished.stdout.decode()


def run(
    command: str,
    home: Path,
    given: bytes = b"",
    shell: str = "sh",
    cwd: str = "/",
    **environment: str,
) -> dict[str, Any]:
    privileges = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    program = ["busybox", "sh"] if shell == "busybox" else [shell]
    finished = subprocess.run(
        [*(privileges if os.geteuid() == 0 else []), *program, "-c", command],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), **environment},
        cwd=cwd,
        input=given,
        capture_output=True,
        check=False,
    )
    assert finished.stderr == b""
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


def first(home: Path, command: str, name: str = NAME, **where: str) -> Any:
    given = BEGINNING + sources(EXEC, name, keep=True) + arguments({"command": command})
    answer = run(Start(PYTHONS).first_call(CALL), home, given, **where)
    return answer.get("output", answer)


def later(home: Path, command: str, name: str = NAME, **where: str) -> Any:
    """Return the command's output, or that there is nothing to run."""
    given = BEGINNING + reader(EXEC, name, True) + arguments({"command": command})
    answer = run(Start(PYTHONS).later_call(CALL), home, given, **where)
    return answer.get("output", answer)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_call_keeps_what_later_calls_run(shell: str, home: Path) -> None:
    assert later(home, "echo no", shell=shell) == MISSING
    assert first(home, "echo done", shell=shell) == "done\n"
    assert later(home, 'echo "it\'s one" ☃', shell=shell) == "it's one ☃\n"
    folder = home / ".local/state/vigo-bridge/modules"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.code"]


def compiled(home: Path) -> set[str]:
    """Return the names of our files that are kept as bytecode."""
    content = (home / f".local/state/vigo-bridge/modules/{NAME}.code").read_bytes()
    files = marshal.loads(content[len(importlib.util.MAGIC_NUMBER) + 4 :])
    ours = {path: kept for path, kept in files.items() if path.startswith(COLLECTION)}
    return {Path(path).stem for path, kept in ours.items() if isinstance(kept, bytes)}


def test_what_a_later_call_compiles_is_kept(home: Path) -> None:
    """In check mode, it is not."""
    assert first(home, "echo done") == "done\n"
    before = compiled(home)
    for keep in (False, True):
        given = BEGINNING + reader(EXEC, NAME, keep) + arguments({"no_such_option": 1})
        assert "msg" in run(Start(PYTHONS).later_call(CALL), home, given)
        assert ("ansible_module" in compiled(home) - before) is keep


def test_the_state_folder_is_elsewhere(home: Path) -> None:
    state = str(home / "my state")
    assert first(home, "echo 1", XDG_STATE_HOME=state) == "1\n"
    assert later(home, "echo 2", XDG_STATE_HOME=state) == "2\n"
    assert [path.name for path in home.iterdir()] == ["my state"]


#: Names of the standard library that our modules or Python itself import, and our own.
PLANTED = (
    *("json", "os", "tempfile", "shlex", "zipfile", "zlib", "importlib", "marshal", "hashlib"),
    *("gc", "atexit", "threading", "subprocess", "typing", "grp", "pwd", "stat", "errno"),
    *("selinux", "systemd", "sitecustomize", "usercustomize", "docker", "requests"),
    *("ansible", "ansible_collections", "bundled_module"),
)


@pytest.fixture
def login() -> Iterator[Path]:
    """Yield the home of the user who logged in, full of modules that leave a mark when imported."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        mark = folder / "imported"
        mark.touch()
        mark.chmod(0o666)
        text = f"open({str(mark)!r}, 'a').write(__name__ + chr(10))"
        site = sysconfig.get_path("purelib", "posix_user", {"userbase": f"{name}/.local"})
        for place in (folder, Path(site)):
            place.mkdir(parents=True, exist_ok=True)
            (place / "planted.pth").write_text(f"import os; {text}\n")
            for module in PLANTED:
                (place / f"{module}.py").write_text(f"{text}\n")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777)
            if os.geteuid() == 0:
                os.chown(path, 1, 1)
        yield folder


#: what may be in the environment; LOGIN is the folder of the user who logged in
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "usual": {},
    "HOME is kept": {"HOME": "LOGIN", "XDG_STATE_HOME": "HOME/.local/state"},
    "an empty part in PYTHONPATH": {"PYTHONPATH": ":/usr/share"},
    "a relative part in PYTHONPATH": {"PYTHONPATH": "."},
    "a folder in PYTHONPATH": {"PYTHONPATH": "/nowhere:LOGIN"},
    "PYTHONUSERBASE": {"PYTHONUSERBASE": "LOGIN/.local"},
    "PYTHONHOME": {"PYTHONHOME": "LOGIN"},
    "PYTHONSTARTUP": {"PYTHONSTARTUP": "LOGIN/json.py", "PYTHONINSPECT": "1"},
    "TMPDIR": {"TMPDIR": "LOGIN"},
}


def test_nothing_is_imported_from_folders_of_another_user(home: Path, login: Path) -> None:
    """With become, the current folder is still that of the user who logged in."""
    mark = login / "imported"
    subprocess.run(["/usr/bin/python3", "-c", "import json"], cwd=login, check=True)
    assert mark.read_text() == "json\n"
    mark.write_text("")
    environments = {
        of: {
            name: value.replace("LOGIN", str(login)).replace("HOME", str(home))
            for name, value in variables.items()
        }
        for of, variables in ENVIRONMENTS.items()
    }
    everything = dict(ChainMap(*environments.values()))
    assert first(home, "echo first", cwd=str(login), **everything) == "first\n"
    for of, variables in environments.items():
        assert later(home, "echo later", cwd=str(login), **variables) == "later\n", of
        assert mark.read_text() == "", of


def test_a_first_call_that_keeps_nothing(home: Path) -> None:
    given = BEGINNING + sources(EXEC, NAME, keep=False) + arguments({"command": "echo done"})
    assert run(Start(PYTHONS).first_call(CALL), home, given)["output"] == "done\n"
    assert list(home.iterdir()) == []


def test_where_it_cannot_be_kept_it_runs_nevertheless(home: Path) -> None:
    (home / ".local").write_text("")
    assert first(home, "echo done") == "done\n"


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        ("condition", "missing required arguments: that"),
        ("container", "missing required arguments: container"),
        ("converge", "Unsupported parameters for (basic.py) module: no_such_option"),
        ("exec", "missing required arguments: command"),
        ("file", "missing required arguments: target_path"),
        ("traits", "Unsupported parameters for (basic.py) module: no_such_option"),
    ],
)
def test_sources_hold_all_that_a_module_imports(home: Path, module: str, complaint: str) -> None:
    program = sources(f"vigo.bridge.{module}", NAME, keep=False)
    given = BEGINNING + program + arguments({"no_such_option": 1})
    assert run(Start(PYTHONS).first_call(CALL), home, given)["msg"].startswith(complaint)


@pytest.mark.parametrize(
    "pythons", [("/no/such/python",), ("old-python",), ("no-python", "old-python")]
)
def test_no_python_that_will_do(home: Path, pythons: tuple[str, ...]) -> None:
    """All of the input is read: else the connection might break before the answer is there."""
    old = home / "old-python"
    old.write_text(
        """#!/bin/sh
exec /usr/bin/python3 -c "import sys
sys.version_info = (3, 7, 2)
$3"
"""
    )
    old.chmod(0o755)
    path = f"{home}:/usr/bin:/bin"
    given = BEGINNING + sources(EXEC, NAME, keep=False) + arguments({"command": "x" * 1_000_000})
    assert run(Start(pythons).first_call(CALL), home, given, PATH=path) == NO_PYTHON


#: programs in the place of a Python that never answer
HANGING = {
    "sleeps": "sleep 1000",
    "is replaced": "exec sleep 1000",
    "waits for a child": "sleep 1000 & wait",
    "stops": "kill -STOP $$",
    "ignores signals": "trap '' TERM INT HUP; while :; do sleep 1; done",
    "prints without end": "exec yes",
    "waits at a pipe": 'exec cat "$0.pipe"',
}


@pytest.fixture
def pythons(home: Path) -> list[str]:
    for number, text in enumerate(HANGING.values()):
        python = home / f"python{number}"
        python.write_text(f"#!/bin/sh\n{text}\n")
        python.chmod(0o755)
        os.mkfifo(f"{python}.pipe")
    return [str(home / f"python{number}") for number in range(len(HANGING))]


def test_a_python_that_hangs_is_given_up(pythons: list[str]) -> None:
    def ask(python: str) -> str:
        start = Start((python, "/usr/bin/python3"), limit=1)
        return printed(start.search())

    with ThreadPoolExecutor() as pool:
        outputs = list(pool.map(ask, pythons))
    assert [hung(output) for output in outputs] == [[python] for python in pythons]
    assert {found(output) for output in outputs} == {"/usr/bin/python3"}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_next_python_runs_the_module(pythons: list[str], shell: str) -> None:
    given = BEGINNING + sources(EXEC, NAME, keep=False) + arguments({"command": "echo done"})
    start = Start((pythons[0], "/usr/bin/python3"), limit=1)
    output = printed(start.first_call(CALL), given, shell)
    assert hung(output) == pythons[:1]
    assert json.loads(output.strip().split("\n")[-1])["output"] == "done\n"


def test_no_python_answers(pythons: list[str]) -> None:
    start = Start(tuple(pythons[:2]), limit=1)
    output = printed(start.first_call(CALL), start.beginning() + b"x" * 1_000_000)
    assert (hung(output), found(output)) == (pythons[:2], "")
    assert json.loads(output.strip().split("\n")[-1]) == NO_PYTHON


def test_the_name_says_which_module_and_which_python() -> None:
    names = {
        name_of(f"vigo.bridge.{module}", pythons)
        for module in ("exec", "file")
        for pythons in (PYTHONS, PYTHONS[1:])
    }
    assert len(names) == 4
    assert {name.partition("-")[0] for name in names} == {"exec", "file"}
    assert name_of(EXEC, PYTHONS) in names
