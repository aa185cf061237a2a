# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what more nodes of a mesh save if hosts answer slowly.

One node and several nodes of a Receptor mesh, all of them processes of this machine, converge the
same hosts in turn. Each host is this machine, with Ansible's local connection, and waits before it
answers, so that the run mostly waits and does not need the processors.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.integration.local_receptor import LocalReceptor, ReceptorFleet, local_receptor

#: The folders of control groups of version 1 and 2 that limit processors.
_V1, _V2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
_PERIOD = 20_000
_SITE = """\
name: site
vars: {me: unknown}
resources:
  - name: page
    type: file
    target_path: HERE/pages/{{ .Vars.me }}
    content: "hello\\n"
"""


@dataclass(frozen=True)
class Times:
    """The seconds of a run.

    before: until the first host is asked. hosts: from then until the last one is done. after: from
    then until the end. all: the sum.
    """

    before: float
    hosts: float
    after: float
    all: float


class SlowHosts(ReceptorFleet):
    """Hosts that wait before they answer; each is asked once."""

    def __init__(
        self, folder: Path, mesh: LocalReceptor, names: Sequence[str], count: int, seconds: float
    ) -> None:
        """Prepare hosts for the nodes of these names. seconds: how long each host waits."""
        self._shell = folder / "slow"
        self._asked, self._pages = folder / "asked", folder / "pages"
        folder.mkdir()
        super().__init__(folder, mesh, "", count)
        self._write({"configcrates/site.vgo": _SITE}, self.stack)
        self._shell.write_text(
            f'#!/bin/sh\n: > {self._asked}/$$\nsleep {seconds:g}\nexec /bin/sh "$@"\n'
        )
        self._shell.chmod(0o755)
        for other in mesh.peers.keys() - set(names):
            lines = self.mesh.read_text().splitlines(keepends=True)
            self.mesh.write_text("".join(one for one in lines if not one.startswith(f"  {other}:")))

    def measured(self, *arguments: str) -> Times:
        """Let all hosts write a file, check that they did, and return how long that took."""
        for folder in (self._asked, self._pages):
            folder.mkdir(exist_ok=True)
            for file in folder.iterdir():
                file.unlink()
        began = time.time()
        run = self.on_mesh(*arguments)
        ended = time.time()
        assert run.status == 0, run.err
        envoys = run.document["envoys"]
        assert [envoy["status"] for envoy in envoys.values()] == ["changed"] * len(self.fates)
        asked = [file.stat().st_mtime for file in self._asked.iterdir()]
        written = [file.stat().st_mtime for file in self._pages.iterdir()]
        assert len(written) == len(asked) == len(self.fates)
        first, last = min(asked), max(written)
        return Times(first - began, last - first, ended - last, ended - began)

    def _line(self, host: str) -> str:
        state = self.folder / "hosts" / host
        # They have one Python, so that a module is kept once for all of them.
        return (
            f"{host} me={host} ansible_connection=local vigo_state_dir={state}"
            f" ansible_shell_executable={self._shell}"
            f" ansible_python_interpreter={sys.executable}\n"
        )


@contextmanager
def limited(process: int, processors: float) -> Iterator[None]:
    """Limit the processors of a process and of all that it starts, in the block."""
    parent = _V1 if _V1.is_dir() else _V2
    group = parent / f"vigo-bridge-benchmark-{process}"
    group.mkdir()
    try:
        quota = int(processors * _PERIOD)
        if parent == _V1:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
        (group / "cgroup.procs").write_text(str(process))
        yield
    finally:
        for each in (group / "cgroup.procs").read_text().split():
            (parent / "cgroup.procs").write_text(each)
        group.rmdir()


def measure(
    hosts: int, forks: int, seconds: float, rounds: int, count: int, processors: float | None
) -> None:
    """Print how long the runs take. processors: what each node may use; None for no limit."""
    names = [f"n{number}" for number in range(1, count + 1)]
    print(f"{hosts} hosts, {forks} at a time on each node, {seconds:g} s for each answer\n")
    print(f"{'nodes':>5}{'before':>9}{'hosts':>9}{'after':>9}{'all':>9}   s")
    found: dict[int, list[Times]] = {1: [], count: []}
    with ExitStack() as held:
        mesh = held.enter_context(local_receptor(names))
        folder = held.enter_context(TemporaryDirectory())
        if processors:
            for name in names:
                held.enter_context(limited(mesh.process(name), processors))
        fleets = {
            used: SlowHosts(Path(folder, str(used)), mesh, names[:used], hosts, seconds)
            for used in found
        }
        fleets[1].on_mesh("--limit", "h1")  # It sends the module.
        for _ in range(rounds):
            for used, fleet in fleets.items():
                times = fleet.measured("--forks", str(forks))
                found[used].append(times)
                print(f"{used:>5}{''.join(f'{part:9.1f}' for part in astuple(times))}", flush=True)
    one, several = (median(times.all for times in each) for each in found.values())
    print(f"\n{count} nodes take {several / one:.2f} of the time of one (medians)")
    print(f"load average {' '.join(f'{load:.1f}' for load in os.getloadavg())}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mesh", description=__doc__)
    parser.add_argument("--hosts", type=int, default=120)
    parser.add_argument("--forks", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--processors", type=float)
    given = parser.parse_args()
    measure(given.hosts, given.forks, given.seconds, given.rounds, given.nodes, given.processors)


if __name__ == "__main__":
    main()
