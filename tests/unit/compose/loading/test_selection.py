# SPDX-License-Identifier: GPL-3.0-or-later
"""Which compose files a call reads, and Compose's own variables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tests.yaml_files import read_yaml
from vigo_bridge.cli.program import program

CASES = read_yaml(Path(__file__).parent / "selection.yaml")


def content(text: str) -> str:
    """Return the content of a file of the table: a service such as `b [x]`, or the text itself."""
    service = re.fullmatch(r"([abc])(?: (\[x\]|\[y\]))?", text)
    if service is None:
        return text
    return f"services: {{{service[1]}: {{image: nginx, profiles: {service[2] or '[]'}}}}}\n"


def written(case: dict[str, Any], folder: Path) -> Path:
    """Write the files of a case, and return the folder of the call."""
    for name, text in case["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content(text), encoding="utf-8")
    return folder / str(case.get("in", "."))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    monkeypatch.chdir(written(case, project))
    stack = tmp_path / "stack"
    finished = CliRunner().invoke(
        program,
        ["import", "compose", "--stacks", str(stack), *case.get("call", ())],
        input=content(case.get("input", "")),
        env=case.get("env", {}),
    )
    assert case.get("said", "") in finished.stderr
    if case["services"] is None:
        assert (finished.exit_code, stack.exists()) == (1, False)
        return
    assert finished.exit_code == 0, finished.stderr
    name = case.get("project", "shop")
    role = yaml.safe_load((stack / f"roles/{name}.vgo").read_text())
    crates = [
        yaml.safe_load((stack / f"configcrates/{crate}.vgo").read_text())
        for crate in role["configcrates"]
    ]
    found = [resource["name"] for crate in crates for resource in crate["resources"]]
    assert sorted(found) == case["services"]
