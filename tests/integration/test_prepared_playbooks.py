# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that lists the inventory and then runs a playbook."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import ansible_runner
import pytest

from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.ansible.login_passwords import NO_PASSWORDS
from vigo_bridge.ansible.prepared import Answered, listing_before_a_playbook, playing
from vigo_bridge.run.processes import children

PLAYBOOK = """\
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - debug: {msg: "{{ colour }} {{ lookup('env', 'VIGO_BRIDGE_X') }}"}
"""
LISTING = ["--list", "-i", "hosts.ini"]
CALLBACKS = Path(ansible_runner.__file__).parent / "display_callback" / "callback"
#: What ansible-runner and a run add to the environment.
OF_A_RUN = {
    **NO_PASSWORDS,
    "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
    "ANSIBLE_STDOUT_CALLBACK": "awx_display",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "AWX_ISOLATED_DATA_DIR": "artifacts",
    "RUNNER_OMIT_EVENTS": "False",
    "VIGO_BRIDGE_X": "given",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a playbook; Ansible's temporary files are in `tmp`."""
    (tmp_path / "site.yml").write_text(PLAYBOOK)
    (tmp_path / "hosts.ini").write_text("web1 colour=blue\n")
    (tmp_path / "artifacts" / "job_events").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANSIBLE_LOCAL_TEMP", str(tmp_path / "tmp"))
    return tmp_path


def play(folder: Path, variables: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Run the playbook in the environment of a run; return its process's number and its output."""
    environment = {**ansible_environment(), **OF_A_RUN, **variables}
    given = arguments or ("-i", "hosts.ini", "site.yml")
    with playing(given, environment, str(folder)) as process:
        output, _ = process.communicate()
    assert process.returncode == 0, output.decode()
    return process.pid, output.decode()


#: What differs from the expected environment -> whether the waiting process runs the playbook.
PLAYBOOKS = {
    "what is read during the run": ({"VIGO_BRIDGE_X": "other", "AWX_Y": "z"}, True),
    "a password": ({"ANSIBLE_BECOME_PASSWORD_FILE": "hosts.ini"}, False),
    "a setting of Ansible": ({"ANSIBLE_FORKS": "3"}, False),
}


@pytest.mark.parametrize(("variables", "waits"), PLAYBOOKS.values(), ids=PLAYBOOKS)
def test_where_a_playbook_runs(folder: Path, variables: dict[str, str], waits: bool) -> None:
    given = {**OF_A_RUN, **variables}["VIGO_BRIDGE_X"]
    with listing_before_a_playbook(LISTING) as answered:
        waiting = children(os.getpid())
        assert '"colour": "blue"' in answered().stdout
        number, output = play(folder, variables)
    assert f"blue {given}" in output
    assert (number in waiting) is waits
    assert not children(os.getpid())
    assert not list((folder / "tmp").iterdir()), "Ansible's temporary files are removed"


def test_a_second_playbook_gets_its_own_process(folder: Path) -> None:
    with listing_before_a_playbook(None):
        (first, _), (second, _) = play(folder, {}), play(folder, {})
    assert first != second


def test_a_playbook_in_another_folder(folder: Path) -> None:
    (folder / "other" / "artifacts" / "job_events").mkdir(parents=True)
    with listing_before_a_playbook(None):
        waiting = children(os.getpid())
        number, _ = play(folder / "other", {}, "-i", "../hosts.ini", "../site.yml")
    assert number not in waiting


@pytest.mark.parametrize("is_answered", [True, False])
def test_no_playbook(folder: Path, is_answered: bool) -> None:
    with listing_before_a_playbook(LISTING) as answered:
        if is_answered:
            assert answered().status == 0
    assert not children(os.getpid())
    if is_answered:
        assert not list((folder / "tmp").iterdir())


def listed(answered: Answered) -> tuple[int, str]:
    answer = answered()
    assert not answer.stdout
    return answer.status, answer.stderr


def test_a_listing_that_fails(folder: Path) -> None:
    (folder / "bad.yml").write_text("all: [")
    with listing_before_a_playbook(["--list", "-i", "bad.yml"]) as answered:
        status, said = listed(answered)
    assert status == 1
    assert "bad.yml" in said


def test_a_configuration_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_FORKS", "many")
    with listing_before_a_playbook(LISTING) as answered:
        status, said = listed(answered)
    assert status == 1
    assert "many" in said


def program(folder: Path, text: str) -> list[str]:
    """Return the arguments that list the hosts of a program."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return ["--list", "-i", str(path)]


def test_a_listing_that_is_killed(folder: Path) -> None:
    with listing_before_a_playbook(program(folder, "kill -9 $PPID")) as answered:
        status, _ = listed(answered)
    assert status == 1


def test_programs_of_an_inventory_end_with_the_block(folder: Path) -> None:
    arguments = program(folder, "echo $$ > number; exec sleep 600")
    with listing_before_a_playbook(arguments):
        number = folder / "number"
        while not (number.exists() and number.read_text().endswith("\n")):
            time.sleep(0.05)
    there = Path("/proc", number.read_text().strip())
    deadline = time.monotonic() + 10
    while there.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not there.exists()


def test_debug_messages_are_kept_out_of_a_listing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_DEBUG", "true")
    with listing_before_a_playbook(LISTING) as answered:
        assert answered().stdout.startswith("{")
        _, output = play(folder, {})
    assert "starting run" in output
