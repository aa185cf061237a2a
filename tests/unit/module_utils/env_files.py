# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of files with environment variables, which several tests read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("env_files.yaml").read_text(encoding="utf-8")
)


def label(case: dict[str, Any]) -> str:
    return str(case["name"])
