# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the project, in which tests run with and without a mutant."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path

from tests.mutation.mutants import Mutant
from tests.mutation.reach import Reach

#: A shell that waits for its command, and for processes that others left behind.
_SHELL = ("sh", "-c", '"$@"; exit $?', "sh")
#: Run what follows where its signals reach no other process; needs root. The first shell is
#: process 1, which gets what mutants leave behind. The second one is there since tests of
#: processes must not be started by process 1.
APART = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", *_SHELL, *_SHELL]
#: How much more processor time than without a mutant the tests of one may take, and the least.
PATIENCE, LEAST = 5.0, 20.0
#: How many seconds tests may wait for each second of processor time that they may use.
WAITING = 10.0
_PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not sweep and not testbed")


class Copy:
    """A copy of the files that Git knows. root: its folder, which is made again."""

    def __init__(self, project: Path, root: Path) -> None:
        self.root = root
        self._times = count(1)
        shutil.rmtree(root, ignore_errors=True)
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (project / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, root / name)

    def record(self, folder: Path, paths: Iterable[str], jobs: int) -> None:
        """Run the unit tests, and record which of them reach which lines of some files."""
        environment = {
            "MUTATION_RECORD": str(folder),
            "MUTATION_INCLUDE": ":".join(str(self.root / path) for path in paths),
        }
        options = ["-p", "tests.mutation.recorder", "-n", str(jobs), "--dist", "loadfile"]
        finished = self._run([*_PYTEST, *options, "tests/unit"], environment, None)
        (folder / "printed").write_text(finished.stdout)

    def tried(self, mutant: Mutant, reach: Reach) -> str:
        """Return whether a mutant was "detected" by a test, "stopped" as it took too long, or
        "survived".
        """
        path = self.root / mutant.path
        self._write(path, mutant.code)
        try:
            for tests in reach.groups(mutant):
                if state := self._state(tests, sum(reach.seconds[name] for name in tests)):
                    return state
        finally:
            self._write(path, mutant.before)
        return "survived"

    def _write(self, path: Path, code: str) -> None:
        """Write a file, with another time than before: Python compares it with compiled files."""
        path.write_text(code)
        os.utime(path, (next(self._times) * 86400,) * 2)

    def _state(self, tests: Sequence[str], usual: float) -> str:
        """Return what tests say about a mutant; empty if all pass."""
        seconds = LEAST + PATIENCE * usual
        listed = self.root.with_suffix(".json")
        listed.write_text(json.dumps({"tests": tests, "seconds": seconds}))
        files = list(dict.fromkeys(name.partition("::")[0] for name in tests))
        command = [*_PYTEST, "-x", "-p", "tests.mutation.selector", *files]
        environment = {"MUTATION_TESTS": str(listed)}
        try:
            finished = self._run(command, environment, WAITING * seconds)
        except subprocess.TimeoutExpired:
            return "stopped"
        if finished.returncode in (0, 5):  # 5: pytest found no tests.
            return ""
        if finished.returncode in (3, 4):  # An error of pytest, or of its arguments.
            raise RuntimeError(finished.stdout)
        return "detected" if finished.returncode in (1, 2) else "stopped"

    def _run(
        self, command: Sequence[str], environment: dict[str, str], timeout: float | None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*(APART if os.geteuid() == 0 else []), sys.executable, *command],
            cwd=self.root,
            env={**os.environ, **environment, "PYTHONPATH": str(self.root)},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
        )
