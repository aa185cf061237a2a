# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the processor time of calls on the controller, hosts excluded, in a control group.

A process tree is not enough: the `ssh` process that keeps a connection open encrypts what the tool
sends, and is no longer a child process of the tool.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workloads.controller import BenchmarkError, Call

_V1, _V2 = Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup")
_ENTER = 'echo $$ > "$0" && exec "$@"'


@dataclass(frozen=True)
class ControlGroup:
    """A control group that counts processor time, of version 1 or 2."""

    folder: Path

    def seconds_of(self, call: Call) -> float:
        """Run a call and everything that it starts in the group, and return the processor time.

        Raises:
            BenchmarkError: the call failed.
        """
        before = self._used()
        call.prefixed("sh", "-c", _ENTER, str(self.folder / "cgroup.procs")).seconds()
        return self._used() - before

    def _used(self) -> float:
        """Return the processor time so far, in seconds."""
        version_1 = self.folder / "cpuacct.usage"
        if version_1.exists():
            return int(version_1.read_text(encoding="ascii")) / 1e9
        lines = (self.folder / "cpu.stat").read_text(encoding="ascii").splitlines()
        found = next(line for line in lines if line.startswith("usage_usec "))
        return int(found.split()[1]) / 1e6


@contextmanager
def control_group() -> Iterator[ControlGroup]:
    """Yield a new control group, and remove it at the end; what still runs is moved out of it.

    Raises:
        BenchmarkError: this user cannot create one.
    """
    parent = _V1 if _V1.is_dir() else _V2
    folder = parent / f"vigo-bridge-benchmark-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as error:
        raise BenchmarkError(f"cannot create a control group, which needs root: {error}") from error
    try:
        yield ControlGroup(folder)
    finally:
        for process in (folder / "cgroup.procs").read_text(encoding="ascii").split():
            (parent / "cgroup.procs").write_text(process, encoding="ascii")
        folder.rmdir()
