# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of files with environment variables, which several tests read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.yaml_files import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("env_files.yaml"))


def label(case: dict[str, Any]) -> str:
    return str(case["name"])
