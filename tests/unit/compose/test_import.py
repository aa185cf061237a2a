# SPDX-License-Identifier: GPL-3.0-or-later
"""Compose files, the stacks into which they are converted, and the messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.yaml_files import read_yaml
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.importer import Import, read_compose

CASES = read_yaml(Path(__file__).parent / "cases.yaml")


def read(case: dict[str, Any], folder: Path) -> Import:
    place = folder / "shop"
    place.mkdir()
    for name, text in {"compose.yml": case["compose"], **case.get("files", {})}.items():
        (place / name).write_text(text, encoding="utf-8")
    stack = folder / "stack"
    return read_compose([place / "compose.yml"], case.get("env", {}), match="*", folder=stack)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    if "error" in case:
        with pytest.raises(ComposeError) as caught:
            read(case, tmp_path)
        assert case["error"] in str(caught.value.finding)
        errors = "\n".join(map(str, caught.value.findings))
        assert all(text in errors for text in case.get("errors", ())), errors
        return
    found = read(case, tmp_path)
    assert_imported(found, case)
    if "warnings" in case:
        told = [str(finding) for finding in found.findings if finding.severity == "warning"]
        assert len(told) == len(case["warnings"]), told
        assert_told(found, "warning", case["warnings"])
    assert_told(found, "todo", case.get("todo", ()))


def assert_imported(found: Import, case: dict[str, Any]) -> None:
    """Check the texts of the files, the secrets, the lost keys and the notes of a case."""
    written = "\n".join(found.files.values())
    for text in case.get("has", ()):
        assert text in written, written
    for text in case.get("never", ()):
        assert text not in written, written
    if "secrets" in case:
        assert [secret.path for secret in found.stack.secrets] == case["secrets"]
    assert_told(found, "lost", case.get("lost", ()))
    assert_told(found, "note", case.get("notes", ()))


def assert_told(found: Import, severity: str, expected: list[str]) -> None:
    """Check that each expected text is in a finding, and that no other key is lost."""
    told = [str(finding) for finding in found.findings if finding.severity == severity]
    for text in expected:
        assert any(text in line for line in told), told
    if severity == "lost":
        assert len(told) == len(expected), told
