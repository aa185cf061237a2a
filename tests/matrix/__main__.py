# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests on every ansible-core, controller Python and target Python that this machine has.

`python -m tests.matrix` runs all; `python -m tests.matrix 2.21 2.19/3.11` these cores and
controllers alone; `--only unit`, `--only targets` and so on a part (see parts.py), `--target 3.9`
one Python of targets. It ends with a table, and names what was left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from tests.matrix.controllers import Controller, Row, install
from tests.matrix.parts import CORES, PARTS
from tests.matrix.pythons import find_python
from tests.matrix.table import table


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("chosen", nargs="*", metavar="CORE[/PYTHON]")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--target", metavar="PYTHON", action="append")
    options = parser.parse_args(arguments)
    left_out: list[str] = []
    rows = []
    for core in CORES:
        controllers = list(_controllers(core, options.chosen, left_out))
        for controller in controllers:
            newest = controller is controllers[-1]
            for row in _rows(controller, newest, options, left_out):
                print(f"{'passed' if row.ok else 'FAILED'}: {row.name}", flush=True)
                rows.append(row)
    for text in left_out:
        print(f"left out: {text}")
    print(table(rows))
    return 0 if rows and all(row.ok for row in rows) else 1


def _controllers(core: str, chosen: Sequence[str], left_out: list[str]) -> Iterator[Controller]:
    for version in CORES[core][0]:
        name = f"core {core}, controller {version}"
        if chosen and core not in chosen and f"{core}/{version}" not in chosen:
            left_out.append(f"{name} (not chosen)")
            continue
        interpreter = find_python(version)
        if interpreter is None:
            left_out.append(f"{name} (there is no such Python)")
            continue
        yield install(core, version, interpreter)


def _rows(
    controller: Controller, newest: bool, options: argparse.Namespace, left_out: list[str]
) -> Iterator[Row]:
    """Yield the runs of a controller. newest: it is the newest of its core."""
    name = f"core {controller.core}, controller {controller.version}"
    for word, part in PARTS.items():
        if options.only and word not in options.only:
            left_out.append(f"{name}: {word} (not chosen)")
        elif part.once and not newest:
            left_out.append(f"{name}: {word} (on the newest controller of a core alone)")
        elif not part.on_targets:
            yield controller.run(f"{name}: {word}", part, {})
        else:
            for target in CORES[controller.core][1]:
                interpreter = find_python(target)
                if options.target and target not in options.target:
                    left_out.append(f"{name}: target {target} (not chosen)")
                elif interpreter is None:
                    left_out.append(f"{name}: target {target} (there is no such Python)")
                else:
                    environment = {"VIGO_BRIDGE_TEST_TARGET_PYTHON": interpreter}
                    yield controller.run(f"{name}: target {target}", part, environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
