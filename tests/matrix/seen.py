# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of the matrix, which are stored in seen.yml, and the table of them in the README.

A run replaces the results of the tests that it runs, and leaves the others. `python -m
tests.matrix.seen` writes the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.integration.engines import ALL
from tests.matrix.controllers import Row
from tests.matrix.parts import BETA, BETA_PYTHON, CORES

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("seen.yml")
PAGE = ROOT / "README.md"

_COLUMNS = ("without Ansible", *CORES, BETA)
_HEAD = "| | version | without Ansible | " + " | ".join(f"core {core}" for core in (*CORES, BETA))
_COMMENT = """\
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make matrix`. versions: of the engines and Pythons. runs: by row and column of the
# table in the README, how many tests passed and failed, the same by part of the tests, and a note.
"""

Seen = dict[str, dict[str, Any]]


def load() -> Seen:
    """Return the results: `versions` by row, and `runs` by row and column."""
    found: Seen = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def save(seen: Seen) -> None:
    """Write the results, in the order of the table, and the table."""
    runs = {row: seen["runs"][row] for row in rows() if row in seen["runs"]}
    content = {"versions": seen["versions"], "runs": runs}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=98)
    FILE.write_text(f"---\n{_COMMENT}{text}", encoding="utf-8")
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8"), seen), encoding="utf-8")


def rows() -> Iterator[str]:
    """Yield the names of the rows: each engine, and each Python of controllers and targets."""
    yield from ALL
    for place, name in ((0, controller), (1, target)):
        versions = {version for core in CORES.values() for version in core[place]}
        yield from map(name, sorted(versions | {BETA_PYTHON}, key=lambda text: int(text[2:])))


def controller(python: str) -> str:
    return f"controller with Python {python}"


def target(python: str) -> str:
    return f"target with Python {python}"


def add(row: Row, versions: Mapping[str, str]) -> None:
    """Add the result of a run of the matrix, and write it. versions: by row of the table.

    A part of the tests replaces its former result, and leaves the other parts of its cell.
    """
    seen = load()
    seen["versions"].update(versions)
    name, column = row.cell
    cells = seen["runs"].setdefault(name, {})
    if row.part:
        parts = {**cells.get(column, {}).get("parts", {}), row.part: _counts(row)}
        sums = {word: sum(part[word] for part in parts.values()) for word in ("passed", "failed")}
        cells[column] = {**sums, "parts": parts}
    else:
        cells[column] = _counts(row)
    save(seen)


def _counts(row: Row) -> dict[str, int]:
    failed = sum(row.counts.get(word, 0) for word in ("failed", "error", "errors"))
    if not row.ok and not failed:
        failed = 1  # pytest itself failed.
    return {"passed": row.counts.get("passed", 0), "failed": failed}


def table(seen: Seen) -> str:
    """Return the table: the tests that passed or failed, and the parts that were run."""
    lines = [f"{_HEAD} |", "|---" * (2 + len(_COLUMNS)) + "|"]
    for row in rows():
        cells = [_cell(seen["runs"].get(row, {}).get(column)) for column in _COLUMNS]
        lines.append(f"| {row} | {seen['versions'].get(row, '')} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def updated(page: str, seen: Seen) -> str:
    """Return the page with the current table."""
    pattern = rf"^{re.escape(_HEAD.partition('| core')[0])}.*\n(?:\|.*\n)*"
    return re.sub(pattern, lambda _: table(seen), page, flags=re.M)


def _cell(run: Mapping[str, Any] | None) -> str:
    if run is None:
        return ""
    text = f"{run['failed']} of {run['passed'] + run['failed']} failed"
    if not run["failed"]:
        text = f"{run['passed']} passed"
    notes = [*run.get("parts", ()), *([run["note"]] if "note" in run else [])]
    return f"{text}, {' and '.join(notes)}" if notes else text


if __name__ == "__main__":
    save(load())
