# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests with each ansible-core and engine, and with all Pythons that this machine has.

`python -m tests.matrix` runs all of them, `python -m tests.matrix 2.21 2.19/3.11` only these
versions of ansible-core, or of it and the controller's Python. `--only unit`, `--only targets` and
so on choose a part (see parts.py), `--target 3.9` the Python of targets, and `--engine podman-5.8`
the engine (see integration/engines.py). `--only containers` runs the tests of containers on each
engine, with this Python and without Ansible.

An ansible-core that is not released yet is tested, too (see beta.py), but tests that fail there do
not change the exit status. Each result is immediately written to the table in the README (see
seen.py). At the end, a table of all runs is printed, with what was left out.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator, Sequence

from tests.integration.engines import ALL, CHOICE, VERSION
from tests.matrix import seen
from tests.matrix.beta import beta_controller
from tests.matrix.controllers import Controller, Row, install
from tests.matrix.parts import (
    BETA,
    BETA_PARTS,
    BETA_PYTHON,
    CONTAINERS,
    CORES,
    ON_ENGINES,
    PARTS,
    Part,
)
from tests.matrix.pythons import find_python, full_version
from tests.matrix.table import table
from tests.testbed import TestbedError


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("chosen", nargs="*", metavar="CORE[/PYTHON]")
    parser.add_argument("--only", choices=["containers", *PARTS], action="append")
    parser.add_argument("--target", metavar="PYTHON", action="append")
    parser.add_argument("--engine", choices=ALL, action="append")
    options = parser.parse_args(arguments)
    left_out: list[str] = []
    rows = []
    versions: dict[str, str] = {}
    for row in itertools.chain(
        _without_ansible(options, versions),
        _on_all_controllers(options, left_out, versions),
        _on_beta(options, left_out, versions),
    ):
        print(f"{'passed' if row.ok else 'FAILED'}: {row.name}", flush=True)
        rows.append(row)
        seen.add(row, versions)
    for text in left_out:
        print(f"left out: {text}")
    print(table(rows))
    judged = [row for row in rows if row.cell[1] != BETA]
    return 0 if rows and all(row.ok for row in judged) else 1


def _without_ansible(options: argparse.Namespace, versions: dict[str, str]) -> Iterator[Row]:
    if "containers" in (options.only or ([] if options.chosen else ["containers"])):
        this = Controller("", "", (sys.executable,))
        yield from _on_engines(this, "without Ansible", CONTAINERS, options, versions)


def _on_all_controllers(
    options: argparse.Namespace, left_out: list[str], versions: dict[str, str]
) -> Iterator[Row]:
    if options.only and not set(options.only) & set(PARTS):
        return
    for core in CORES:
        controllers = list(_controllers(core, options.chosen, left_out))
        for controller in controllers:
            newest = controller is controllers[-1]
            yield from _rows(controller, newest, options, left_out, versions)


def _on_beta(
    options: argparse.Namespace, left_out: list[str], versions: dict[str, str]
) -> Iterator[Row]:
    name = f"core {BETA}, controller {BETA_PYTHON}"
    words = [word for word in BETA_PARTS if word in (options.only or BETA_PARTS)]
    if not words or not _is_chosen(BETA, BETA_PYTHON, options.chosen):
        left_out.append(f"{name} (not chosen)")
        return
    cell = (seen.controller(BETA_PYTHON), BETA)
    try:
        with beta_controller() as (controller, version):
            versions[cell[0]] = version
            for word in words:
                yield controller.run(f"{name}: {word}", cell, BETA_PARTS[word], {}, word)
    except TestbedError as error:
        left_out.append(f"{name} ({error})")


def _is_chosen(core: str, python: str, chosen: Sequence[str]) -> bool:
    return not chosen or core in chosen or f"{core}/{python}" in chosen


def _controllers(core: str, chosen: Sequence[str], left_out: list[str]) -> Iterator[Controller]:
    for version in CORES[core][0]:
        name = f"core {core}, controller {version}"
        if not _is_chosen(core, version, chosen):
            left_out.append(f"{name} (not chosen)")
            continue
        interpreter = find_python(version)
        if interpreter is None:
            left_out.append(f"{name} (there is no such Python)")
            continue
        yield install(core, version, interpreter)


def _rows(
    controller: Controller,
    newest: bool,
    options: argparse.Namespace,
    left_out: list[str],
    versions: dict[str, str],
) -> Iterator[Row]:
    """Yield the runs of a controller. newest: whether its Python is the newest for this core."""
    core = controller.core
    name = f"core {core}, controller {controller.version}"
    for word, part in PARTS.items():
        if options.only and word not in options.only:
            left_out.append(f"{name}: {word} (not chosen)")
        elif part.once and not newest:
            left_out.append(f"{name}: {word} (on the newest controller of a core alone)")
        elif word == ON_ENGINES:
            yield from _on_engines(controller, core, part, options, versions)
        elif not part.on_targets:
            cell = (seen.controller(controller.version), core)
            versions[cell[0]] = full_version(*controller.python)
            yield controller.run(f"{name}: {word}", cell, part, {}, word)
        else:
            for target in CORES[core][1]:
                interpreter = find_python(target)
                if options.target and target not in options.target:
                    left_out.append(f"{name}: target {target} (not chosen)")
                elif interpreter is None:
                    left_out.append(f"{name}: target {target} (there is no such Python)")
                else:
                    environment = {"VIGO_BRIDGE_TEST_TARGET_PYTHON": interpreter}
                    cell = (seen.target(target), core)
                    versions[cell[0]] = full_version(interpreter)
                    yield controller.run(f"{name}: target {target}", cell, part, environment)


def _on_engines(
    controller: Controller,
    column: str,
    part: Part,
    options: argparse.Namespace,
    versions: dict[str, str],
) -> Iterator[Row]:
    """Yield the runs of a part on each engine, and add the versions that the engines report."""
    for engine in options.engine or ALL:
        with tempfile.NamedTemporaryFile("r") as report:
            environment = {CHOICE: engine, VERSION: report.name}
            name = f"{engine}: {column}"
            row = controller.run(name, (engine, column), part, environment)
            versions.update({engine: text} if (text := report.read()) else {})
        yield row


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
