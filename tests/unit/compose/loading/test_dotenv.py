# SPDX-License-Identifier: GPL-3.0-or-later
"""The import reads files of environment variables as the module does on a target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.module_utils.env_files import CASES, label
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.loading.dotenv import read_lines


@pytest.mark.parametrize("case", CASES, ids=label)
def test_formats(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "file.env"
    path.write_bytes(case["text"].encode())
    if "error" in case:
        with pytest.raises(ComposeError) as raised:
            read_lines(path, path.read_bytes(), {}, Findings(), raw=case.get("raw", False))
        line = case["error"].split(":")[1] if case["error"].startswith(":") else "1"
        assert raised.value.finding.position.line == int(line)
    else:
        lines = read_lines(path, path.read_bytes(), {}, Findings(), raw=case.get("raw", False))
        assert {line.name: str(line.text) for line in lines} == case["values"]
