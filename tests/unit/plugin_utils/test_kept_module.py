# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that runs a kept module, as a shell of a target runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.kept_module import (
    command,
    name_of,
    standard_input,
)

pytestmark = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="setpriv makes a user of root"
)
MISSING = {"module_missing": True}
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
NOBODY = 65534


@pytest.fixture
def home() -> Iterator[Path]:
    """The home of a user who is not root, who cannot enter pytest's own folders."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def keep(home: Path, name: str, start: str, state: str = ".local/state") -> Path:
    place = home / state / "vigo-bridge/modules" / name
    place.mkdir(parents=True)
    (place / "start").write_text(start)
    if os.geteuid() == 0:
        for path in [home, *home.rglob("*")]:
            shutil.chown(path, NOBODY, NOBODY)
    return place


def run(shell: str, home: Path, name: str, given: bytes = b"", **environment: str) -> object:
    privileges = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    arguments = ["busybox", "sh"] if shell == "busybox" else [shell]
    finished = subprocess.run(
        [*(privileges if os.geteuid() == 0 else []), *arguments, "-c", command(name)],
        env={"PATH": os.environ["PATH"], "HOME": str(home), **environment},
        input=given,
        capture_output=True,
        check=False,
    )
    assert finished.stderr == b""
    return json.loads(finished.stdout)


@pytest.mark.parametrize("shell", SHELLS)
class TestCommand:
    def test_nothing_is_kept(self, shell: str, home: Path) -> None:
        assert run(shell, home, "exec-1") == MISSING

    def test_it_reads_the_arguments(self, shell: str, home: Path) -> None:
        keep(home, "exec-1", "cat")
        given = standard_input({"command": 'echo it\'s "one" ☃'})
        assert run(shell, home, "exec-1", given) == json.loads(given)

    def test_the_state_folder_is_elsewhere(self, shell: str, home: Path) -> None:
        keep(home, "exec-1", "echo '{}'", state="my state")
        assert run(shell, home, "exec-1", XDG_STATE_HOME=str(home / "my state")) == {}

    def test_one_of_somebody_else_is_not_run(self, shell: str, home: Path) -> None:
        place = keep(home, "exec-1", "echo '{}'")
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        shutil.chown(place, "root")
        assert run(shell, home, "exec-1") == MISSING


def test_the_name_says_which_module_and_which_python() -> None:
    names = {
        name_of(f"vigo.bridge.{module}", python)
        for module in ("exec", "file")
        for python in ("auto", "/usr/bin/python3")
    }
    assert len(names) == 4
    assert {name.partition("-")[0] for name in names} == {"exec", "file"}
    assert name_of("vigo.bridge.exec", "auto") in names
