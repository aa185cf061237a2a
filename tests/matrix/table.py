# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that is printed at the end of the matrix."""

from __future__ import annotations

from collections.abc import Sequence

from tests.matrix.controllers import Row

_COUNTED = ("passed", "failed", "errors", "skipped", "deselected")


def table(rows: Sequence[Row]) -> str:
    """Return each run with its counts and seconds, the reasons for skipped tests, and the sum."""
    width = max([len(row.name) for row in rows], default=0)
    lines = [f"{'':6}  {'':{width}}  {'  '.join(_COUNTED)}  seconds"]
    for row in rows:
        counts = "  ".join(f"{row.counts.get(word, 0):{len(word)}}" for word in _COUNTED)
        verdict = "passed" if row.ok else "FAILED"
        lines.append(f"{verdict}  {row.name:{width}}  {counts}  {row.seconds:7.0f}")
    lines += [f"{row.name}: {line}" for row in rows for line in row.skipped]
    passed = sum(row.counts.get("passed", 0) for row in rows)
    failed = sum(not row.ok for row in rows)
    seconds = sum(row.seconds for row in rows)
    lines.append(f"{len(rows)} runs, {failed} failed; {passed} tests passed in {seconds:.0f} s")
    return "\n".join(lines)
