# SPDX-License-Identifier: GPL-3.0-or-later
"""This machine with a private /etc and /home, in which users and groups can be created and removed.

Run as a program, it is the part inside a mount namespace: it converges what it reads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import module_archive
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.ansible_modules import TOLD, packed
from tests.unit.module_utils.envoys import run

MODULES = ("user", "group", "file", "lineinfile", "command", "apt", "dpkg_selections")
Entry = dict[str, Any]


class PrivateMachine:
    """HERE is a folder of its own, in every text of a stack."""

    def __init__(self, folder: Path) -> None:
        archive = packed([f"ansible.builtin.{name}" for name in MODULES], folder)
        path = module_archive.provide(archive.offer(), archive.packed(), keep=False)
        assert path
        self._process = subprocess.Popen(
            ["unshare", "--mount", sys.executable, "-m", __name__, path, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._asked(names=archive.names)

    def reset(self) -> None:
        """Remove all that was changed."""
        self._asked(reset=True)

    def shell(self, command: str) -> str:
        """Return what a command on the machine printed."""
        return str(self._asked(command=command))

    def actions(self, resources: Sequence[Entry], *, check: bool) -> dict[str, str]:
        return {name: action for name, (action, _) in self.results(resources, check=check).items()}

    def results(self, resources: Sequence[Entry], *, check: bool) -> dict[str, tuple[str, str]]:
        """Return the action and the reason of each resource."""
        found = self._asked(resources=resources, check=check)
        return {name: (action, reason) for name, action, reason in found}

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _asked(self, **question: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["found"]


class _Inside:
    def __init__(self, library: str, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._path = library
        self._names: dict[str, str] = {}
        self._here = folder
        self.reset()

    def reset(self) -> None:
        """Replace /etc and /home by fresh ones that cover those of the machine."""
        self._number += 1
        parts = [self._folder / str(self._number) / name for name in ("upper", "work", "here")]
        for part in parts:
            part.mkdir(parents=True)
        if self._number > 1:
            _call("umount", "/etc")
            _call("umount", "/home")
        options = f"lowerdir=/etc,upperdir={parts[0]},workdir={parts[1]}"
        _call("mount", "-t", "overlay", "overlay", "-o", options, "/etc")
        _call("mount", "-t", "tmpfs", "tmpfs", "/home")
        self._here = parts[2]

    def answer(self, question: dict[str, Any]) -> Any:
        if "names" in question:
            self._names = question["names"]
            module_archive.load(self._path)
            return None
        if "reset" in question:
            return self.reset()
        if "command" in question:
            command = question["command"].replace("HERE", str(self._here))
            return subprocess.run(
                ["sh", "-c", command], check=True, capture_output=True, text=True
            ).stdout
        target = Target(check_mode=question["check"])
        library = module_archive.Library(self._path, self._names, TOLD)
        target.service(module_archive.LIBRARY, lambda: library)
        text = json.dumps(question["resources"]).replace("HERE", str(self._here))
        state = self._here.with_name("state")
        results = run(json.loads(text), state, check=target.check_mode, target=target)
        return [[result.id, result.action, result.reason] for result in results]


def _call(*command: str) -> None:
    subprocess.run(command, check=True)


def _main(library: str, folder: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    inside = _Inside(library, Path(folder))
    for line in sys.stdin:
        try:
            answer = {"found": inside.answer(json.loads(line))}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
