# SPDX-License-Identifier: GPL-3.0-or-later
"""What commands on containers, such as `restart`, refuse before any host is contacted."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

pytestmark = pytest.mark.usefixtures("listed_hosts")

FILES = {
    "stack.vgo": "name: shop\nid: 0123456789abcdef\n",
    "envoys/e.vgo": "envoys:\n  - match: h*\n    configcrates: [shop]\n",
    "configcrates/shop.vgo": (
        "configcrate: shop\nresources:\n"
        "  - {name: web, type: container, container: web, image: redis}\n"
        "  - {name: motd, type: file, target_path: /etc/motd, content: hello}\n"
    ),
}

#: arguments -> the expected message
BAD = {
    "no resource": (["restart"], "Missing argument 'RESOURCE...'"),
    "an unknown resource": (["stop", "shpo"], "did you mean 'shop'?"),
    "an unknown glob": (["start", "*/x"], "*/x: no host has a configcrate or resource"),
    "a file": (["restart", "shop/motd"], "shop/motd is a file, not a container"),
    "an unknown resource to pull": (["pull", "shop/wbe"], "did you mean 'shop/web'?"),
    "a way back": (
        ["restart", "shop", "--on-failure", "rollback"],
        "--on-failure: a restart cannot be undone",
    ),
    "down as JSON without consent": (["down", "-o", "json"], "with -o json, add --yes"),
    "no command": (["exec", "shop/web"], "Missing argument '-- CMD...'"),
    "an option of the command": (["exec", "shop/web", "ls", "-l"], "No such option '-l'"),
    "a command in no container": (["exec", "shop/motd", "--", "ls"], "shop/motd is a file"),
    "no assignment": (["exec", "shop/web", "-e", "x", "--", "ls"], "write KEY=VALUE"),
    "no time": (["exec", "shop/web", "--timeout", "soon", "--", "ls"], "not a duration"),
    "a missing secret": (["exec", "shop/web", "--", "echo", "secret:no/such"], "no/such"),
    "input for several hosts": (
        ["exec", "shop/web", "--stdin", "-i", "h1,h2", "--", "cat"],
        "standard input can be passed to one host only, not to 2",
    ),
    "a terminal without one": (["exec", "shop/web", "-it", "--", "sh"], "-it requires a terminal"),
    "a terminal as JSON": (
        ["exec", "shop/web", "-it", "-o", "json", "--", "sh"],
        "-it and -o json are mutually exclusive",
    ),
    "an endless wait": (["pull", "--lock-timeout", "nan"], "not a number of seconds from 0"),
    "an empty name": (["stop", ""], "'': no host has a configcrate or resource"),
    "no regular expression": (["logs", "--grep", "("], "--grep: '(' is not a regular expression"),
    "an unknown host": (["restart", "shop", "-i", "x1,"], "no match entry"),
}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, content in FILES.items():
        (tmp_path / "stacks" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stacks" / name).write_text(content)
    return tmp_path


@pytest.mark.parametrize(("arguments", "told"), BAD.values(), ids=BAD)
def test_bad_calls(arguments: list[str], told: str) -> None:
    inventory = [] if "-i" in arguments else ["-i", "h1,"]
    name, *words = arguments
    finished = CliRunner().invoke(program, [name, *inventory, *words])
    assert finished.exit_code == 1
    assert told in finished.output


def test_down_of_a_stack_without_a_name(place: Path) -> None:
    (place / "stacks/stack.vgo").unlink()
    finished = CliRunner().invoke(program, ["down", "--yes", "-i", "h1,"])
    assert finished.exit_code == 1
    assert "down requires a named stack" in finished.output
    assert "name: " in finished.output
