# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd unit and the container recipe of a watcher."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from vigo_bridge.cli.program import program
from vigo_bridge.watch.unit import Call, container_recipe, systemd_unit

CALL = Call(
    program=["/bin/true"],
    options=["--repair", "--every", "10m", "--set", "a=b $HOME %h \"'\\"],
    folder=Path("/"),
    user="root",
    state=Path("/srv/state"),
    environment={"ANSIBLE_CONFIG": "/srv/a b$.cfg"},
    secret={},
    paths=[Path("/srv/stacks")],
    is_local=False,
)
SYSTEMD = shutil.which("systemd-analyze")
#: Settings that each unit for other machines has.
HARDENING = """\
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=read-only
StateDirectory=vigo-bridge-watch
CapabilityBoundingSet=
UMask=0077
KillMode=mixed
""".splitlines()


def test_the_options_are_words_of_the_unit() -> None:
    (line,) = [line for line in systemd_unit(CALL).splitlines() if line.startswith("ExecStart=")]
    assert line == (
        'ExecStart=/bin/true watch --repair --every 10m --set "a=b $$HOME %%h \\"\'\\\\"'
    )
    # systemd replaces variables in commands only.
    assert 'Environment="ANSIBLE_CONFIG=/srv/a b$.cfg"' in systemd_unit(CALL)


def test_the_unit_is_hardened_unless_this_machine_is_converged() -> None:
    unit = systemd_unit(CALL).splitlines()
    assert set(unit) >= set(HARDENING)
    local = systemd_unit(replace(CALL, is_local=True)).splitlines()
    assert set(local) & set(HARDENING) == set()
    assert "KillMode=process" in local


def test_a_secret_is_required_from_a_file() -> None:
    unit = systemd_unit(replace(CALL, secret={"TOKEN": "the value of --token"}))
    assert "# It must set TOKEN, the value of --token." in unit
    assert "\nEnvironmentFile=/etc/vigo-bridge-watch.env\n" in unit
    assert "\nEnvironmentFile=-/etc/vigo-bridge-watch.env\n" in systemd_unit(CALL)


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("is_local", [False, True])
def test_systemd_accepts_it(tmp_path: Path, is_local: bool) -> None:
    assert SYSTEMD is not None
    unit = tmp_path / "vigo-bridge-watch.service"
    unit.write_text(systemd_unit(replace(CALL, is_local=is_local)))
    found = subprocess.run(
        [SYSTEMD, "verify", str(unit)], capture_output=True, text=True, check=False
    )
    about = [line for line in found.stderr.splitlines() if unit.name in line]
    assert (found.returncode, about) == (0, [])


def test_the_recipe_is_a_compose_file() -> None:
    recipe = yaml.safe_load(container_recipe(CALL))
    service = recipe["services"]["watch"]
    assert service["entrypoint"] == [
        *("vigo-bridge", "watch", "--repair", "--every", "10m", "--set"),
        "a=b $$HOME %h \"'\\",
    ]
    assert service["volumes"] == [
        "state:/state",
        "./ssh:/home/watch/.ssh:ro",
        "/:/:ro",
        "/srv/stacks:/srv/stacks:ro",
    ]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["environment"]["ANSIBLE_CONFIG"] == "/srv/a b$$.cfg"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "argv", ["somewhere/else"])
    (tmp_path / "hosts.ini").touch()
    return tmp_path


#: Options of a call -> those in the unit. HERE: the current folder.
OPTIONS = {
    "": "--stacks HERE/stacks",
    "--stacks s": "--stacks HERE/s",
    "--repair --every 90 -vv -b": "--every 90 --repair --become -v -v --stacks HERE/stacks",
    "-i hosts.ini -i a,b": "--inventory HERE/hosts.ini --inventory a,b --stacks HERE/stacks",
    "--set a=1 --set b=2": "--set a=1 --set b=2 --stacks HERE/stacks",
    "--repair --batch-size 1,25% --on-failure rollback": (
        "--repair --batch-size 1,25%% --on-failure rollback --stacks HERE/stacks"
    ),
    "--become-password-file hosts.ini": (
        "--become-password-file HERE/hosts.ini --stacks HERE/stacks"
    ),
    "--notify @hosts.ini --notify json://me:canary@h --listen 127.0.0.1:0": (
        "--notify @HERE/hosts.ini --listen 127.0.0.1:0 --stacks HERE/stacks"
    ),
    "--listen 127.0.0.1:0 --token-file hosts.ini": (
        "--listen 127.0.0.1:0 --token-file HERE/hosts.ini --stacks HERE/stacks"
    ),
    "--git https://h/x.git --ref v1 --path a/b": "--git https://h/x.git --ref v1 --path a/b",
    "--git x.git --require-signed": "--git HERE/x.git --require-signed",
    "--git h:x --secrets .": "--git h:x --secrets HERE",
    "--git https://user:s3cr3t@h/x.git --repair": "--repair",
}


@pytest.mark.parametrize(("given", "expected"), OPTIONS.items())
def test_the_unit_has_the_options_of_the_call(folder: Path, given: str, expected: str) -> None:
    shown = CliRunner().invoke(program, ["watch", *given.split(), "--print-unit"])
    assert shown.exit_code == 0, shown.output
    assert "canary" not in shown.output
    assert ("VIGO_BRIDGE_NOTIFY" in shown.output) == ("canary" in given)
    (line,) = [line for line in shown.output.splitlines() if line.startswith("ExecStart=")]
    command = f"ExecStart={sys.executable} -m vigo_bridge watch "
    assert line == command + expected.replace("HERE", str(folder))


def test_a_unit_reads_a_url_with_credentials_from_a_file(folder: Path) -> None:
    options = ["watch", "--git", "https://user:s3cr3t@h/x.git", "--print-unit"]
    for recipe in ("systemd", "container"):
        shown = CliRunner().invoke(program, [*options, recipe])
        assert shown.exit_code == 0, shown.output
        assert "It must set VIGO_BRIDGE_GIT, the URL with the credentials for https://h/x.git" in (
            shown.output
        )
        assert "s3cr3t" not in shown.output


#: Options that do not go together -> what the message says.
REFUSED = {
    "--every 5x": "is not a duration",
    "--every 0": "--every 0: expected 1s to 168h",
    "--every 200h": "--every 200h: expected 1s to 168h",
    "--splay 10m --every 5m": "--splay must not be longer than --every",
    "--diverged-after 1": "--diverged-after",
    "--turns 0": "--turns",
    "--repair --resume": "--resume: each turn repairs the hosts that differ",
    "--batch-size 3": "require --repair",
    "--health-check true": "require --repair",
    "--pull-limit 2": "--pull-limit requires --repair",
    "--repair --prune --on-failure rollback": "--prune cannot be undone",
    "--token-file hosts.ini": "add --listen",
    "--print-unit -k": "cannot prompt for passwords",
    "--print-unit docker": "--print-unit",
    "--ref main": "--ref requires --git",
    "--path a": "--path requires --git",
    "--require-signed": "--require-signed requires --git",
    "--accept 1234567": "--accept requires --git",
    "--secrets .": "--secrets requires --git",
    "--git h:x --stacks s": "--git and --stacks are mutually exclusive",
    "--git h:x --accept 1234567": "nothing was fetched from h:x yet",
    "--git h:x --accept main": "expected the ID of a commit",
    "--git ext::x": "--git: invalid repository",
    "--git h:x --path ../..": "--path '../..': expected a folder in the repository",
    "--git h:x --ref=--x": "--ref '--x': expected the name",
    "--git https://h/x?s3cr3t": "a query or fragment is not supported",
    "--local -i hosts.ini": "--local runs on this machine only",
}


@pytest.mark.parametrize(("given", "message"), REFUSED.items())
def test_options_that_do_not_go_together(folder: Path, given: str, message: str) -> None:
    shown = CliRunner().invoke(program, ["watch", *given.split()])
    assert shown.exit_code == 1
    assert message in shown.output
    assert "s3cr3t" not in shown.output
