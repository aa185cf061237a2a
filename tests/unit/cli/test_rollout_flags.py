# SPDX-License-Identifier: GPL-3.0-or-later
"""An invalid rollout is refused before anything is read or changed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

#: options -> the expected message
BAD_OPTIONS = {
    "no hosts in a batch": (["--batch-size", "0"], "a batch must have at least one host"),
    "no percentage": (["--batch-size", "0%"], "a batch must have at least one host"),
    "more than all": (["--batch-size", "101%"], "101% is more than 100%"),
    "negative": (["--batch-size", "-1"], "'-1' is not a number of hosts"),
    "words": (["--batch-size", "some"], "'some' is not a number of hosts"),
    "nothing": (["--batch-size", ""], "'nothing' is not a number of hosts"),
    "a bad entry in a list": (["--batch-size", "1,two"], "'two' is not a number of hosts"),
    "a negative budget": (["--max-failures", "-1"], "'-1' is not a number of hosts"),
    "no address": (["--health-check-url", "app.example.com"], "invalid URL"),
    "not the web": (["--health-check-url", "file:///etc/passwd"], "invalid URL"),
    "no host in it": (["--health-check-url", "http:///health"], "invalid URL"),
    "a port alone": (["--health-check-url", "http://:80/"], "invalid URL"),
    "a port that is none": (["--health-check-url", "http://a:99999/"], "invalid URL"),
    "a port of letters": (["--health-check-url", "http://a:b/"], "invalid URL"),
    "an address left open": (["--health-check-url", "http://["], "invalid URL 'http://['"),
    "half an address": (["--health-check-url", "http://[::1/"], "invalid URL"),
    "a host with an empty part": (["--health-check-url", "http://a..b/"], "invalid URL"),
    "a host with a backslash": (["--health-check-url", "http://a\\b/"], "invalid URL"),
    "a blank": (["--health-check-url", "http://a/b c"], "invalid URL"),
    "a control character": (["--health-check-url", "http://a/\x1b[2J"], "invalid URL"),
    "a path beyond ASCII": (["--health-check-url", "http://a/grün"], "invalid URL"),
    "a password": (["--health-check-url", "http://me:pw@a/"], "without a user name"),
    "nothing to fetch": (["--health-check-url", ""], "invalid URL ''"),
    "an empty check": (["--health-check", " "], "the command is empty"),
    "no retries": (["--health-retries", "0"], "0 is not in the range"),
    "a negative interval": (["--health-interval", "-1"], "not a number of seconds"),
    "no pause": (["--pause", "nan"], "not a number of seconds"),
    "an endless pause": (["--pause", "inf"], "not a number of seconds"),
    "an empty command": (["--before-batch", ""], "the command is empty"),
    "a negative time": (["--min-healthy-time", "-1"], "not a number of seconds"),
    "an endless time": (["--min-healthy-time", "inf"], "not a number of seconds"),
    "a pause after nothing": (["--confirm", "--pause-after", ""], "'nothing' is not the number"),
    "a pause before all": (["--confirm", "--pause-after", "0"], "'0' is not the number of a batch"),
    "a pause after a share": (["--confirm", "--pause-after", "50%"], "'50%' is not the number"),
    "a pause after a word": (["--confirm", "--pause-after", "1,two"], "'two' is not the number"),
    "a pause of no length": (
        ["--pause-after", "1"],
        "--pause-after requires --confirm, or --pause",
    ),
}


@pytest.mark.parametrize("command", [["run"], ["envoys", "push", "--all"]])
@pytest.mark.parametrize(("options", "told"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options(command: list[str], options: list[str], told: str) -> None:
    finished = CliRunner().invoke(program, [*command, "--stacks", "no/such", *options])
    assert finished.exit_code == 1
    assert told in finished.output


GOOD_URLS = (
    "http://a",
    "HTTPS://App.Example.com:8443/health?full=1&x=%20#top",
    "http://127.0.0.1:80/a@b",
    "http://[::1]:8080/",
    "http://a?me@b",
    "http://xn--grn-hoa.example/",
)


@pytest.mark.parametrize("url", GOOD_URLS)
def test_good_urls(url: str) -> None:
    options = ["--health-check-url", url, "--stacks", "no/such"]
    finished = CliRunner().invoke(program, ["run", *options])
    assert finished.exit_code == 1, "the stack is missing"
    assert "invalid URL" not in finished.output


def test_pruning_cannot_be_undone() -> None:
    options = ["--local", "--stacks", "no/such", "--prune", "--on-failure", "rollback"]
    finished = CliRunner().invoke(program, ["run", *options])
    assert finished.exit_code == 1
    assert "--prune cannot be undone, so it cannot be used with --on-failure" in finished.output
