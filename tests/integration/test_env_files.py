# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of files with environment variables, against the real `docker compose config`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.testbed.compose import compose_binary
from tests.unit.module_utils.env_files import CASES, label

pytestmark = pytest.mark.integration

READ = [case for case in CASES if "values" in case]
REFUSED = [case for case in CASES if "error" in case and "ours" not in case]


def configured(folder: Path, cases: list[dict[str, Any]]) -> subprocess.CompletedProcess[bytes]:
    """Return compose's report on a project with a service for each file."""
    services = {}
    for number, case in enumerate(cases):
        (folder / f"{number}.env").write_bytes(case["text"].encode())
        file = {"path": f"{number}.env", **({"format": "raw"} if case.get("raw") else {})}
        services[f"s{number}"] = {"image": "x", "env_file": [file]}
    (folder / "compose.yml").write_text(json.dumps({"name": "x", "services": services}))
    return subprocess.run(
        [compose_binary(), "-f", folder / "compose.yml", "config", "--format", "json"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        check=False,
    )


def test_values(tmp_path: Path) -> None:
    finished = configured(tmp_path, READ)
    assert finished.returncode == 0, finished.stderr.decode()
    services = json.loads(finished.stdout)["services"]
    found = {
        label(case): {
            name: value.replace("$$", "$")  # as in a compose file
            for name, value in (services[f"s{number}"].get("environment") or {}).items()
        }
        for number, case in enumerate(READ)
    }
    assert found == {label(case): case["values"] for case in READ}


@pytest.mark.parametrize("case", REFUSED, ids=label)
def test_refusals(case: dict[str, Any], tmp_path: Path) -> None:
    assert configured(tmp_path, [case]).returncode != 0
