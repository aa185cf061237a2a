# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources of a stack are undone once, by the program as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.program import Finished, vigo_bridge

pytestmark = pytest.mark.integration

HOST = "here"
CRATE = """\
name: a
resources:
  - {type: directory, target_path: HERE/new, REVERT}
  - {type: file, target_path: HERE/conf, content: "new\\n", backup: true, REVERT}
  - name: made
    type: exec
    command: touch HERE/made
    creates: HERE/made
    on_revert: rm HERE/made
    REVERT
  - {name: line, type: file_line, target_path: HERE/lines, line: b, depends_on: made}
"""
FILE, FOLDER, MADE = "a/file:HERE/conf", "a/directory:HERE/new", "a/made"


class Stack:
    """A stack for this machine. HERE is a folder of it."""

    def __init__(self, folder: Path) -> None:
        self.here = folder / "here"
        self.here.mkdir()
        self._folder = folder / "stack"
        (self._folder / "configcrates").mkdir(parents=True)
        (self._folder / "envoys.vgo").write_text("match: '*'\nconfigcrates: [a]\n")
        self._state = folder / "state"

    def write(self, *, revert: bool) -> None:
        text = CRATE.replace("HERE", str(self.here))
        text = text.replace("REVERT", f"revert: {str(revert).lower()}")
        (self._folder / "configcrates/a.vgo").write_text(text)

    def call(self, command: str) -> Finished:
        options = ("--stacks", self._folder, "--local", "--as", HOST, "-o", "json")
        return vigo_bridge(command, *options, environment={"XDG_STATE_HOME": str(self._state)})

    def actions(self, command: str) -> dict[str, str]:
        found = self.call(command).actions(HOST)
        return {name.replace(str(self.here), "HERE"): action for name, action in found.items()}


def test_undone_once(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    (stack.here / "conf").write_text("old\n")
    stack.write(revert=False)
    assert set(stack.actions("run").values()) == {"created", "updated", "ran"}
    stack.write(revert=True)
    undone = {FOLDER: "deleted", FILE: "updated", MADE: "ran", "a/line": "none"}
    assert stack.actions("plan") == undone
    assert (stack.here / "conf").read_text() == "new\n"
    assert stack.actions("run") == undone
    assert (stack.here / "conf").read_text() == "old\n"
    assert {path.name for path in stack.here.iterdir() if ".bak" not in path.name} == {
        "conf",
        "lines",
    }
    (stack.here / "made").touch()
    settled = stack.call("run")
    assert set(settled.actions(HOST).values()) == {"none"}
    assert set(settled.reasons(HOST).values()) == {"already reverted", ""}
