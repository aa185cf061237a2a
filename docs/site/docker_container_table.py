# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables in docs/from-docker-container.md of the options of docker_container.

They are made from the collection: `python docs/site/docker_container_table.py` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import (
    docker_container_suboptions as suboptions,
)
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

_HEADS = {
    SAME: "difference",
    ALIAS: "difference",
    OTHER: "here",
    NOT_NEEDED: "reason",
    UNSUPPORTED: "instead",
}
#: What is said before a note, where the options of all fates are in one table.
_BEFORE = {NOT_NEEDED: "not needed: ", UNSUPPORTED: "not supported: "}


def table(fate: str) -> str:
    """Return the table of the options with a fate, in the order of the collection's list."""
    rows = [row for row in OPTIONS if row.fate == fate]
    has_name = fate == ALIAS
    head = ("docker_container", *(["here"] if has_name else []), _HEADS[fate])
    return _markdown(head, *(_cells(row, has_name) for row in rows))


def _cells(row: Row, has_name: bool) -> tuple[str, ...]:
    return (_code(row.names), *([_code(row.here)] if has_name else []), row.note)


def table_of_keys() -> str:
    """Return the table of the keys of options that are mappings or lists of mappings."""
    options: dict[tuple[Row, ...], list[str]] = {}
    for option, rows in suboptions.SUBOPTIONS.items():
        options.setdefault(rows, []).append(option)
    lines = [
        (
            _code(" ".join(names)),
            _code(row.names),
            _code(row.here),
            _BEFORE.get(row.fate, "") + row.note,
        )
        for rows, names in options.items()
        for row in rows
    ]
    return _markdown(("docker_container", "key", "here", "difference"), *lines)


def _code(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split())


def _markdown(head: tuple[str, ...], *lines: tuple[str, ...]) -> str:
    head_line, *others = (f"| {' | '.join(line)} |\n" for line in (head, *lines))
    return f"{head_line}{'|---' * len(head)}|\n{''.join(others)}"


#: The heading of each table, which says what its options have in common.
TABLES: Mapping[str, Callable[[], str]] = {
    "### Options with the same name": partial(table, SAME),
    "### Options with another name, which is accepted": partial(table, ALIAS),
    "### Options to write in another way": partial(table, OTHER),
    "### Options that are not needed": partial(table, NOT_NEEDED),
    "### Options that are not supported": partial(table, UNSUPPORTED),
    "### Keys of options": table_of_keys,
}


def updated(page: str) -> str:
    """Return the page with the current tables."""
    for heading, make in TABLES.items():
        pattern = rf"^({re.escape(heading)}\n\n(?:[^|#\n].*\n+)*)(?:\|.*\n)*\n*(?=#)"
        page, count = re.subn(
            pattern, lambda match, make=make: match[1] + make() + "\n", page, flags=re.M
        )
        if count != 1:
            raise ValueError(f"the page has no heading {heading!r}")
    return page


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
