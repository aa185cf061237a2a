# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests on every ansible-core, controller Python and target Python that this machine has.

`python -m tests.matrix` runs all; `python -m tests.matrix 2.21 2.19/3.11` these cores and
controllers alone; `--only unit`, `--only integration` or `--only targets` a part. What is left out
is named.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.matrix.pythons import find_python

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache/matrix"

#: ansible-core -> the Pythons that it runs on, and those that its targets may have.
CORES = {
    "2.19": (("3.11", "3.12", "3.13"), ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")),
    "2.20": (("3.12", "3.13"), ("3.9", "3.10", "3.11", "3.12", "3.13")),
    "2.21": (("3.12", "3.13"), ("3.9", "3.10", "3.11", "3.12", "3.13")),
}
_TOOLS = ("hypothesis", "jsonschema", "pytest", "pytest-xdist")
_UNIT = ("-n", "auto", "tests/unit")
_INTEGRATION = tuple(
    f"tests/integration/test_{name}.py"
    for name in (
        "modules_in_ansible",
        "inventory_plugin",
        "stack_role",
        "strangers_playbook",
        "sdk_for_targets",
        "user_variables",
    )
)
#: What a target's Python runs: modules without and with the docker SDK, and a role.
_TARGET = (
    "tests/integration/test_modules_in_ansible.py",
    "tests/integration/test_stack_role.py",
    "tests/integration/test_sdk_for_targets.py",
)
PARTS = ("unit", "integration", "targets")


@dataclass(frozen=True)
class Controller:
    """One ansible-core on one Python, in a virtual environment of its own."""

    core: str
    version: str
    python: Path


@dataclass(frozen=True)
class Row:
    """What became of one run. summary: pytest's own last line."""

    name: str
    passed: bool
    summary: str
    seconds: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("chosen", nargs="*", metavar="CORE[/PYTHON]")
    parser.add_argument("--only", choices=PARTS, action="append")
    options = parser.parse_args(arguments)
    parts = options.only or PARTS
    rows: list[Row] = []
    left_out: list[str] = []
    for core, (versions, targets) in CORES.items():
        controllers = list(_controllers(core, versions, options.chosen, left_out))
        for controller in controllers:
            for row in _rows_of(controller, parts):
                rows.append(_told(row))
        if controllers and "targets" in parts:
            for row in _target_rows(controllers[-1], targets, left_out):
                rows.append(_told(row))
    print("\n".join(f"left out: {text}" for text in left_out))
    failed = [row.name for row in rows if not row.passed]
    print(f"{len(rows)} runs, {len(failed)} failed{': ' if failed else ''}{'; '.join(failed)}")
    return 1 if failed or not rows else 0


def _controllers(
    core: str, versions: Sequence[str], chosen: Sequence[str], left_out: list[str]
) -> Iterator[Controller]:
    for version in versions:
        name = f"ansible-core {core} on Python {version}"
        if chosen and core not in chosen and f"{core}/{version}" not in chosen:
            left_out.append(f"{name} (not chosen)")
            continue
        interpreter = find_python(version)
        if interpreter is None:
            left_out.append(f"{name} (there is no such Python)")
            continue
        yield Controller(core, version, _environment(core, version, interpreter))


def _environment(core: str, version: str, interpreter: str) -> Path:
    """The Python of a virtual environment with this project and that ansible-core."""
    folder = CACHE / f"{core}-{version}"
    python = folder / "bin/python"
    if not (folder / "ready").exists():
        print(f"installing ansible-core {core} for Python {version} ...", flush=True)
        subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        wanted = ["--editable", str(ROOT), f"ansible-core=={core}.*", *_TOOLS]
        subprocess.run([*pip, *wanted], check=True, stderr=subprocess.DEVNULL)
        (folder / "ready").touch()
    return python


def _rows_of(controller: Controller, parts: Sequence[str]) -> Iterator[Row]:
    name = f"core {controller.core}, controller {controller.version}"
    if "unit" in parts:
        yield _run(f"{name}, unit tests", controller, _UNIT, {})
    if "integration" in parts:
        yield _run(f"{name}, integration", controller, _INTEGRATION, {})


def _target_rows(
    controller: Controller, targets: Sequence[str], left_out: list[str]
) -> Iterator[Row]:
    for target in targets:
        interpreter = find_python(target)
        if interpreter is None:
            left_out.append(f"core {controller.core}, target {target} (there is no such Python)")
            continue
        name = f"core {controller.core}, controller {controller.version}, target {target}"
        yield _run(name, controller, _TARGET, {"VIGO_BRIDGE_TEST_TARGET_PYTHON": interpreter})


def _run(
    name: str, controller: Controller, tests: Sequence[str], environment: dict[str, str]
) -> Row:
    began = time.monotonic()
    finished = subprocess.run(
        [str(controller.python), "-m", "pytest", "-q", "-m", "not sweep", *tests],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if finished.returncode:
        print(finished.stdout)
    summary = finished.stdout.strip().splitlines()[-1]
    return Row(name, finished.returncode == 0, summary, time.monotonic() - began)


def _told(row: Row) -> Row:
    print(f"{'passed' if row.passed else 'FAILED'}: {row.name}: {row.summary}", flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
