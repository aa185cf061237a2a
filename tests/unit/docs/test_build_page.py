# SPDX-License-Identifier: GPL-3.0-or-later
"""The files on the page about builds are those that the import writes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath

from vigo_bridge.compose.importer import read_compose
from vigo_bridge.language.shapes import BUILD

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "build.md").read_text()


def test_the_files_are_those_of_the_import(tmp_path: Path) -> None:
    shutil.copytree(DOCS / "examples", tmp_path / "examples")
    project, stack = tmp_path / "examples/hello/compose.yml", tmp_path / "hello-stack"
    found = read_compose([project], {}, match="*", folder=stack, root=tmp_path)
    build, crate = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
    written = found.files[PurePosixPath("builds/hello-web.vgo")]
    assert build.split("\n", 1)[1] in written.replace(str(tmp_path), "/home/anna")
    lines = found.files[PurePosixPath("configcrates/hello.vgo")].splitlines()
    shown = [line for line in crate.splitlines() if not line.startswith(("vars:", "resources:"))]
    assert [line for line in lines if line in shown] == shown
    assert [finding.severity for finding in found.findings] == ["todo"]


def test_every_key_is_on_the_page() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert {key for key in BUILD.keys if f"`{key}`" not in table} == set()
