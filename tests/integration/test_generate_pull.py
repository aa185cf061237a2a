# SPDX-License-Identifier: GPL-3.0-or-later
"""``generate --pull``: which options it accepts, and what it refuses to write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from vigo_bridge.cli.program import program

STACKS = Path(__file__).parents[2] / "stacks"
WEB = "web1.app.example.com"
GIT = ["--pull", "--git", "https://git.example.com/hosts.git"]
SECRETS = ["--secrets", "/etc/vigo-bridge"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(STACKS, "stacks")
    return tmp_path


def generate(*options: str) -> Result:
    return CliRunner().invoke(program, ["generate", "new", *options])


#: Options -> what is reported.
REFUSED: dict[str, tuple[list[str], str]] = {
    "no repository": (["--pull", "--local"], "--pull requires --git URL"),
    "no --pull": (["--git", "h:x", "--local"], "--git requires --pull"),
    "signed without --pull": (["--require-signed", "--local"], "--require-signed requires --pull"),
    "another style": ([*GIT, "--style", "tasks"], "--pull and --style are mutually exclusive"),
    "credentials": (
        ["--pull", "--git", "https://me:canary@h/x.git", "--local"],
        "the URL of https://h/x.git contains credentials",
    ),
    "a network without protection": (
        ["--pull", "--git", "http://h/x.git", "--local"],
        "use https:// or SSH, or add --require-signed",
    ),
    "a URL with special characters": (
        ["--pull", "--git", "https://h/x';y.git", "--local"],
        "encode other characters of a URL as %XX",
    ),
    "a branch with a special character": ([*GIT, "--ref", "a&b", "--local"], "--ref 'a&b': "),
    "not a branch": ([*GIT, "--ref", "-x", "--local"], "expected the name of a branch or tag"),
    "a relative folder": ([*GIT, "--secrets", "etc"], "expected the absolute path of a folder"),
    "a folder above": ([*GIT, "--secrets", "/etc/../x"], "expected the absolute path"),
    "a short interval": ([*GIT, "--every", "5s"], "--every 5s: expected 30s to 168h"),
    "secrets without a folder": (
        [*GIT, "-i", f"{WEB},"],
        "stacks/configcrates/app-stack.vgo:18:75: uses secret:vigo/webapp/database_url",
    ),
    "the name of a host": (
        [*GIT, *SECRETS, "--local", "--as", "$(x).app.example.com"],
        "'$(x).app.example.com': with --pull, the name of a host",
    ),
    "a host above": ([*GIT, *SECRETS, "--local", "--as", "../x.app.example.com"], "'../x.app."),
    "no match": ([*GIT, "--local", "--as", "other"], "matches other"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(here: Path, options: list[str], message: str) -> None:
    refused = generate(*options)
    assert refused.exit_code == 1, refused.output
    assert message in refused.output
    assert "canary" not in refused.output
    assert not (here / "new").exists()


def test_only_variables_that_override_the_stack_are_taken(here: Path) -> None:
    """An inventory can have passwords, which are nobody else's business."""
    (here / "hosts.yml").write_text(
        f"all: {{hosts: {{{WEB}: {{ansible_password: canary, other: canary, redis_port: '6380'}},"
        " zzz: {}}}"
    )
    done = generate(*GIT, *SECRETS, "-i", "hosts.yml")
    assert done.exit_code == 0, done.output
    assert "No match entry matches zzz" in done.output
    inventory = here / f"new/hosts/{WEB}/inventory/hosts.yml"
    group = yaml.safe_load(inventory.read_text())["all"]["children"]["vigo"]["children"]
    assert group["vigo_app_example_com"]["hosts"] == {
        WEB: {"ansible_connection": "local", "redis_port": "6380"}
    }
    files = [path for path in (here / "new").rglob("*") if path.is_file()]
    assert [path for path in files if "canary" in path.read_text()] == []


#: What the inventory sets variables of the stack to.
UNREADABLE = {
    "redis_port": "'{{ base + 1 }}'",
    "redis_version": "[1, '{% x %}']",
    "redis_maxmemory": "!vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6236\n",
}


def test_variables_that_the_host_cannot_read(here: Path) -> None:
    lines = "".join(f"      {name}: {value}\n" for name, value in UNREADABLE.items())
    (here / "hosts.yml").write_text(f"all:\n  hosts:\n    {WEB}:\n{lines}")
    refused = generate(*GIT, *SECRETS, "-i", "hosts.yml")
    assert refused.exit_code == 1
    assert "hosts that pull cannot read: " in refused.output
    for name in UNREADABLE:
        assert f"{name} of {WEB}" in refused.output
    options = [word for name in UNREADABLE for word in ("--set", f"{name}=1")]
    settable = generate(*GIT, *SECRETS, "-i", "hosts.yml", *options)
    assert settable.exit_code == 0, settable.output


def test_containers_are_pruned_if_asked(here: Path) -> None:
    variables = here / f"new/hosts/{WEB}/inventory/group_vars/vigo.yml"
    for options in ([], ["--prune"]):
        assert generate(*GIT, *SECRETS, "--local", "--as", WEB, *options).exit_code == 0
        assert yaml.safe_load(variables.read_text()).get("vigo_prune", False) is bool(options)
    (here / "stacks" / "stack.vgo").unlink()
    refused = generate(*GIT, *SECRETS, "--local", "--as", WEB, "--prune")
    assert refused.exit_code == 1
    assert "--prune requires a named stack" in refused.output


def test_it_can_be_generated_again(here: Path) -> None:
    options = [*GIT, *SECRETS, "-i", f"{WEB},web2.app.example.com"]
    assert generate(*options).exit_code == 0
    again = generate(*options, "--limit", WEB)
    assert again.exit_code == 0, again.output
    assert [path.name for path in (here / "new" / "hosts").iterdir()] == [WEB]
    (here / "new" / "ansible.cfg").write_text("edited")
    changed = generate(*options)
    assert changed.exit_code == 1
    assert "ansible.cfg changed after it was generated" in changed.output
