# SPDX-License-Identifier: GPL-3.0-or-later
"""An invalid task is refused before a host is contacted."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

pytestmark = pytest.mark.usefixtures("listed_hosts")

GREET = """\
name: greet
command: "echo hello {{ .Vars.who }} from $ME"
params:
  who: world
  town:
target: "h*"
batch_size: 2
"""


#: arguments -> the expected message
BAD = {
    "no target": (["true"], "add --target"),
    "no such host": (["true", "--target", "q*"], "q* matches no host in the inventory"),
    "no such trait": (["true", "--target", "os.distroo=debian"], "did you mean 'os.distro'?"),
    "no such parameter": (["echo {{ .Vars.x }}", "--target", "h1"], "parameter 'x' is not defined"),
    "a broken template": (["echo {{ .Vars.x", "--target", "h1"], "CMD:1:"),
    "no assignment": (["true", "--target", "h1", "--param", "x"], "write KEY=VALUE"),
    "no time": (["true", "--target", "h1", "--timeout", "soon"], "not a duration"),
    "a missing parameter": (["greet", "--target", "h1"], "task greet requires --param town=VALUE"),
    "an unknown parameter": (
        ["greet", "--target", "h1", "--param", "twon=x"],
        "did you mean 'town'?",
    ),
    "a rollback": (
        ["true", "--target", "h1", "--on-failure", "rollback"],
        "--on-failure: a command cannot be undone",
    ),
    "a time without a check": (
        ["true", "--target", "h1", "--min-healthy-time", "5"],
        "--min-healthy-time requires --health-check",
    ),
    "a missing secret": (["echo secret:no/such", "--target", "h1"], "no/such"),
}


@pytest.mark.parametrize(("arguments", "told"), BAD.values(), ids=BAD)
def test_bad_tasks(tmp_path: Path, arguments: list[str], told: str) -> None:
    tasks = tmp_path / "tasks"
    tasks.mkdir()
    (tasks / "greet.vgo").write_text(GREET)
    finished = CliRunner().invoke(
        program, ["task", "run", *arguments, "--stacks", str(tmp_path), "-i", "h1,h2"]
    )
    assert finished.exit_code == 1
    assert told in finished.output
