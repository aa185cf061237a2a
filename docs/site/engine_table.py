# SPDX-License-Identifier: GPL-3.0-or-later
"""The table in docs/containers.md of what engines do with the settings of containers.

It is made from the rows of the settings: `python docs/site/engine_table.py` writes it.
"""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.setting import Engines
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS

PAGE = Path(__file__).parents[1] / "containers.md"
HEAD = ("| attribute | Docker 20.10 | Docker 25 and later | Podman |", "|---|---|---|---|")


def table() -> str:
    """Return the table, in the order of the settings; rows with equal cells become one."""
    names: dict[Engines, list[str]] = {}
    for name, setting in SETTINGS.items():
        for engines in setting.engines:
            names.setdefault(engines, []).append(f"`{name}`")
    rows = [
        (engines.case.format(", ".join(settings)), *engines[:3])
        for engines, settings in names.items()
    ]
    return "\n".join([*HEAD, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def updated(page: str) -> str:
    """Return the page with the current table."""
    return re.sub(rf"^{re.escape(HEAD[0])}\n(?:\|.*\n)*", lambda _: table(), page, flags=re.M)


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
