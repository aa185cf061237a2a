# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the page about docker_container."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.unit.collection.module_sources import load_yaml

PAGE = Path(__file__).parents[1] / "docs/from-docker-container.md"
#: The text of each playbook, by its name.
TEXTS: dict[str, str] = {
    name: text
    for text in re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    for name in re.findall(r"^# (\S+\.yml)$", text, re.M)
}
PLAYBOOKS: dict[str, list[dict[str, Any]]] = {name: load_yaml(text) for name, text in TEXTS.items()}
