# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's programs, as we start them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from vigo_bridge.ansible.program import command


@pytest.mark.parametrize("name", ["inventory", "playbook"])
def test_it_is_the_program_of_that_name(name: str, tmp_path: Path) -> None:
    for module in ("ansible", "json"):  # What is in the folder is none of its modules.
        (tmp_path / f"{module}.py").write_text("raise ImportError('not this one')")
    finished = subprocess.run(
        command(name, "--version"), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert finished.stdout.startswith(f"ansible-{name} [core 2.")


def test_its_exit_status_is_ansibles() -> None:
    finished = subprocess.run(
        command("playbook", "nowhere.yml"), capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "nowhere.yml could not be found" in finished.stderr


#: What may be asked: options, YAML of the play and of its task -> the question in the message.
QUESTIONS = {
    "a password": ("-K", "", "", "BECOME password"),
    "a variable": ("", "vars_prompt: [{name: x, prompt: Which, default: a}]", "", "Which"),
    "a variable without a text": ("", "vars_prompt: [{name: colour}]", "", "colour"),
    "a pause": ("", "", "- pause: {prompt: Go on}", "[pause] Go on"),
    "a pause of some time": ("", "", "- pause: {seconds: 1}", None),
}


@pytest.mark.parametrize(("options", "play", "task", "question"), QUESTIONS.values(), ids=QUESTIONS)
def test_questions_end_a_play(
    tmp_path: Path, options: str, play: str, task: str, question: str | None
) -> None:
    playbook = tmp_path / "site.yml"
    playbook.write_text(
        f"- hosts: all\n  gather_facts: false\n  {play}\n  tasks:\n    {task}\n"
        "    - debug: {msg: went on}\n"
    )
    finished = subprocess.run(
        command("playbook", "-i", "h1,", "-c", "local", str(playbook), *options.split()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    said = finished.stdout.replace('\\"', '"')
    if question is None:
        assert "went on" in said
    else:
        assert finished.returncode != 0
        assert "went on" not in said
        assert (
            f'Ansible prompts for "{question}", but vigo-bridge runs it without a terminal' in said
        )
