# SPDX-License-Identifier: GPL-3.0-or-later
"""What `logs` refuses, before any host is contacted."""

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
    "an unknown resource": (["shpo"], "did you mean 'shop'?"),
    "a file": (["shop/motd"], "shop/motd is a file, not a container"),
    "a number of lines that is none": (["--tail", "-1"], "--tail -1: expected a number of lines"),
    "a word for a number": (["--tail", "some"], "--tail some: expected a number of lines"),
    "a time that is none": (["--since", "yesterday"], "--since: 'yesterday' is not a time"),
    "an end that is none": (["--until", "1x"], "--until: '1x' is not a time"),
    "a pattern that is none": (["--grep", "("], "grep: '(' is not a regular expression"),
    "an end while following": (["-f", "--until", "1m"], "mutually exclusive"),
    "raw JSON": (["--raw", "-o", "json"], "mutually exclusive"),
    "too few forks": (["-i", "h1,h2", "--forks", "1"], "--forks 1: logs of 2 hosts are read"),
    "an unknown host": (["-i", "x1,"], "no match entry"),
}


@pytest.mark.parametrize(("arguments", "told"), BAD.values(), ids=BAD)
def test_bad_calls(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / "stacks" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stacks" / name).write_text(content)
    inventory = [] if "-i" in arguments else ["-i", "h1,"]
    finished = CliRunner().invoke(program, ["logs", *arguments, *inventory])
    assert finished.exit_code == 1
    assert told in finished.output
