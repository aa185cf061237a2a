# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores the results, in one JSON file for each workload, so that a single one can be repeated."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "results"


@dataclass(frozen=True)
class Figures:
    """One case of a workload.

    Attributes:
        hosts: the number of hosts; 0 if none are needed.
        values: the figures by tool or command, in the order in which they were measured.
        unit: of the figures: s, MiB, requests or round trips.
    """

    name: str
    hosts: int
    values: Mapping[str, list[float]]
    unit: str = "s"

    def median(self, of: str) -> float:
        return statistics.median(self.values[of])


@dataclass(frozen=True)
class Result:
    """A workload.

    Attributes:
        finished: the time of its end, as an ISO date and time in UTC.
        seconds: how long it took, with the set-up.
        load: the load average of the last minute before the benchmark, caused by other programs.
        machine: facts about the machine, by name.
    """

    workload: str
    finished: str
    seconds: float
    load: float
    machine: Mapping[str, str]
    cases: tuple[Figures, ...]


def save(result: Result, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{result.workload}.json.part"
    unfinished.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    unfinished.rename(folder / f"{result.workload}.json")


def load(folder: Path) -> dict[str, Result]:
    """Return all saved results, by workload, in their order."""
    results = {}
    for path in sorted(folder.glob("W*.json"), key=lambda path: int(path.stem[1:])):
        document = json.loads(path.read_text(encoding="utf-8"))
        document["cases"] = tuple(Figures(**case) for case in document["cases"])
        results[path.stem] = Result(**document)
    return results


def machine() -> dict[str, str]:
    """Return the facts about this machine that a reader needs."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "memory": f"{memory:.0f} GiB",
        "Python": platform.python_version(),
        "ansible-core": version("ansible-core"),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
