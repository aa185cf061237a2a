# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shells get, by click's own protocol."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from vigo_bridge.cli.program import program
from vigo_bridge.run.history import History
from vigo_bridge.run.state import controller_folder

ROOT = Path(__file__).parents[3]


def completed(line: str, typed: str = "") -> list[str]:
    """Return the completions of a partly typed word after the words of a line."""
    complete = BashComplete(program, {}, "vigo-bridge", "_VIGO_BRIDGE_COMPLETE")
    return [item.value for item in complete.get_completions(line.split(), typed)]


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(
    ("line", "typed", "expected"),
    [
        ("", "hist", ["history"]),
        ("config", "tr", ["trace", "tree"]),
        ("run --only", "redis", ["redis", "redis/redis-container"]),
        ("plan --only", "app-", ["app-stack", "app-stack/app-container"]),
        ("config search", "docker", ["docker-app"]),
        ("config trace", "web", ["web1.example.com", "web2.example.com"]),
        ("envoys push -i web1.example.com,", "web", ["web1.example.com"]),
        ("run -i db1.example.com, --limit", "", ["db1.example.com"]),
        ("run --stacks nowhere --only", "", []),
        ("status", "redis", ["redis", "redis/redis-container"]),
        ("logs", "redis/", ["redis/redis-container"]),
        ("restart redis", "app-stack/app-con", ["app-stack/app-container"]),
        ("exec", "redis/", ["redis/redis-container"]),
        ("status -i db1.example.com, --limit", "", ["db1.example.com"]),
    ],
)
def test_names(
    line: str, typed: str, expected: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inventory = tmp_path / "hosts.ini"
    inventory.write_text("web1.example.com\nweb2.example.com\n")
    monkeypatch.setenv("ANSIBLE_INVENTORY", str(inventory))
    assert completed(line, typed) == expected


def test_names_of_builds(tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    for name in ("shop-web", "shop-db", "other"):
        text = f"{{name: {name}, image: x, variable: v, context: .}}\n"
        (tmp_path / "builds" / f"{name}.vgo").write_text(text)
    assert completed(f"build --stacks {tmp_path}", "shop") == ["shop-db", "shop-web"]


@pytest.mark.parametrize(
    "line",
    [
        *("rollback", "history show", "history diff", "history diff 1"),
        *("rollout continue", "rollout abort", "rollout undo"),
    ],
)
def test_numbers_of_rollouts(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert completed(line) == []
    past = History(controller_folder() / "history")
    for _ in range(12):
        past.add(1, command="run", subject="s", key="k", fingerprint="f")
    assert completed(line, "1") == ["1", "10", "11", "12"]
    assert completed(line, "3") == ["3"]


def test_a_completion_without_a_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/no")
    assert completed("rollback") == []


def test_a_completion_asks_for_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_VAULT_IDENTITY_LIST", "dev@prompt")
    assert completed("run -i db1.example.com, --limit", "") == []


#: names of hosts that are not offered: a shell inserts what it is offered as it is
NOT_OFFERED = (
    *("web\x1b]0;t\x07", "web\x9b2J", "web\u202e", "web\u200b", "web\nb", "web b", "web\tb"),
    *("web$(reboot)", "web`reboot`", "web;reboot", "web|b", "web&b", "web>b", "web<b", "web'b"),
    *('web"b', "web\\b", "web!b", "web#b", "web(b"),
)


@pytest.mark.parametrize("command", ["config trace", "run --limit", "config search"])
def test_names_that_a_shell_would_not_take_as_they_are(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stacks" / "configcrates").mkdir(parents=True)
    entries = [{"match": [*NOT_OFFERED, "web1", "web-ü", "web@x:1"]}]
    (tmp_path / "stacks" / "envoys.vgo").write_text(json.dumps(entries[0]))
    offered = completed(command, "web")
    assert offered == ["web-ü", "web1", "web@x:1"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_can_read_it(shell: str) -> None:
    printed = CliRunner().invoke(program, ["completion", shell])
    assert printed.exit_code == 0
    if shutil.which(shell) is None:
        assert "_VIGO_BRIDGE_COMPLETE" in printed.output
        return
    checked = subprocess.run([shell, "-n"], input=printed.output, text=True, check=False)
    assert checked.returncode == 0


def test_a_real_bash_completes() -> None:
    """The whole way: the printed code, a shell, and the program that it asks."""
    script = f"""
        PATH={Path(sys.executable).parent}:$PATH
        eval "$(vigo-bridge completion bash)"
        COMP_WORDS=(vigo-bridge plan --only red) COMP_CWORD=3
        _vigo_bridge_completion vigo-bridge red --only
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    finished = subprocess.run(
        ["bash", "-c", script], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    assert finished.stdout.split() == ["redis", "redis/redis-container"]
