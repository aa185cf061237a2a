# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables in docs/from-docker-container.md of the options of docker_container.

They are made from the collection: `python docs/site/docker_container_table.py` writes them.
"""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.docker_container import (
    ALIAS,
    NOT_NEEDED,
    OPTIONS,
    OTHER,
    SAME,
    UNSUPPORTED,
    Row,
)

PAGE = Path(__file__).parents[1] / "from-docker-container.md"
#: The heading of each table, and what its options have in common.
SECTIONS = {
    SAME: "### Options with the same name",
    ALIAS: "### Options with another name, which is accepted",
    OTHER: "### Options to write in another way",
    NOT_NEEDED: "### Options that are not needed",
    UNSUPPORTED: "### Options that are not supported",
}


def table(fate: str) -> str:
    """Return the table of the options with a fate, in the order of the collection's list."""
    rows = [row for row in OPTIONS if row.fate == fate]
    has_name = fate == ALIAS
    head = ("docker_container", *(["here"] if has_name else []), _HEADS[fate])
    lines = [head, *(_cells(row, has_name) for row in rows)]
    head_line, *others = (f"| {' | '.join(line)} |\n" for line in lines)
    return f"{head_line}{'|---' * len(head)}|\n{''.join(others)}"


_HEADS = {
    SAME: "difference",
    ALIAS: "difference",
    OTHER: "here",
    NOT_NEEDED: "reason",
    UNSUPPORTED: "instead",
}


def _cells(row: Row, has_name: bool) -> tuple[str, ...]:
    written = ", ".join(f"`{name}`" for name in row.names.split())
    return (written, *([f"`{row.here}`"] if has_name else []), row.note)


def updated(page: str) -> str:
    """Return the page with the current tables."""
    for fate, heading in SECTIONS.items():
        pattern = rf"^({re.escape(heading)}\n\n(?:[^|#\n].*\n+)*)(?:\|.*\n)*\n*(?=#)"
        page, count = re.subn(
            pattern, lambda match, fate=fate: match[1] + table(fate) + "\n", page, flags=re.M
        )
        if count != 1:
            raise ValueError(f"the page has no heading {heading!r}")
    return page


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
