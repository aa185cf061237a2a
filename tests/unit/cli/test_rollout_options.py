# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no rollout is refused before anything is read or touched."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

#: options -> what must be told
BAD_OPTIONS = {
    "no hosts in a batch": (["--batch-size", "0"], "a batch has at least one host"),
    "no percentage": (["--batch-size", "0%"], "a batch has at least one host"),
    "more than all": (["--batch-size", "101%"], "101% is more than all hosts"),
    "negative": (["--batch-size", "-1"], "'-1' is no number of hosts"),
    "words": (["--batch-size", "some"], "'some' is no number of hosts"),
    "nothing": (["--batch-size", ""], "'nothing' is no number of hosts"),
    "a bad entry in a list": (["--batch-size", "1,two"], "'two' is no number of hosts"),
    "a negative budget": (["--max-failures", "-1"], "'-1' is no number of hosts"),
    "no address": (["--health-check-url", "app.example.com"], "is no address"),
    "not the web": (["--health-check-url", "file:///etc/passwd"], "is no address"),
    "no host in it": (["--health-check-url", "http:///health"], "is no address"),
    "a port that is none": (["--health-check-url", "http://a:99999/"], "is no address"),
    "an empty check": (["--health-check", " "], "the command is empty"),
    "no retries": (["--health-retries", "0"], "0 is not in the range"),
    "a negative interval": (["--health-interval", "-1"], "no number of seconds"),
    "no pause": (["--pause", "nan"], "no number of seconds"),
    "an endless pause": (["--pause", "inf"], "no number of seconds"),
    "an empty command": (["--before-batch", ""], "the command is empty"),
}


@pytest.mark.parametrize("command", [["run"], ["envoys", "push", "--all"]])
@pytest.mark.parametrize(("options", "told"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options(command: list[str], options: list[str], told: str) -> None:
    finished = CliRunner().invoke(program, [*command, "--stacks", "no/such", *options])
    assert finished.exit_code == 1
    assert told in finished.output
