# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a playbook through ansible-runner."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_runner.interface import init_runner
from ansible_runner.runner import pexpect

from vigo_bridge.run import ansible_program
from vigo_bridge.run.environment import is_secret
from vigo_bridge.run.stop import Stop, kill_descendants

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Playbook:
    """One call of ansible-playbook. private: a folder that ansible-runner may fill."""

    path: Path
    inventory: Sequence[str]
    private: Path
    environment: Mapping[str, str]
    arguments: Sequence[str] = ()


_COMPLAINT_LINES = 20


def play(
    playbook: Playbook, on_event: Callable[[Event], None], show_output: bool, stop: Stop
) -> str:
    """Runs it to its end, or until `stop` cuts it; gives the last lines that Ansible printed.

    show_output: Ansible's own output goes to standard output too.
    """
    lines: list[str] = []

    def handle(event: Event) -> bool:
        lines.extend(str(event.get("stdout", "")).splitlines())
        del lines[:-_COMPLAINT_LINES]
        on_event(event)
        return False  # ansible-runner need not keep it as a file

    def is_overdue() -> bool:
        if stop.overdue:
            kill_descendants()
        return stop.overdue

    playbook.private.mkdir(parents=True, exist_ok=True)
    runner = init_runner(
        private_data_dir=str(playbook.private),
        playbook=str(playbook.path),
        inventory=list(playbook.inventory),
        envvars=dict(playbook.environment),
        cmdline=shlex.join(playbook.arguments),
        event_handler=handle,
        # With a callback of ours it leaves the signal handlers alone.
        cancel_callback=is_overdue,
        quiet=not show_output,
        suppress_env_files=True,
    )
    # The user's ansible.cfg in the current folder counts, as for Ansible's own commands.
    runner.config.cwd = str(Path.cwd())
    for name in [name for name in runner.config.env if is_secret(name)]:
        del runner.config.env[name]
    if "ANSIBLE_HOST_KEY_CHECKING" not in os.environ:
        # ansible-runner switches it off unless told otherwise; that is the user's decision.
        runner.config.env.pop("ANSIBLE_HOST_KEY_CHECKING", None)
    _program, *arguments = runner.config.command
    runner.config.command = ansible_program.command("playbook", *arguments)
    if not stop.cut:
        with _closed_at_once():
            runner.run()
        stop.await_end()
    _forget_environment(playbook.private)
    return "\n".join(line for line in lines if line.strip())


@contextlib.contextmanager
def _closed_at_once() -> Iterator[None]:
    """pexpect, which ansible-runner uses, waits for a tenth of a second whenever it closes the
    terminal of a program, also of one that has ended."""

    class Terminal(pexpect.spawn):  # type: ignore[misc]
        def close(self, force: bool = True) -> None:
            self.ptyproc.delayafterclose = 0
            super().close(force)

    usual = pexpect.spawn
    pexpect.spawn = Terminal
    try:
        yield
    finally:
        pexpect.spawn = usual


def _forget_environment(private: Path) -> None:
    """ansible-runner notes the whole environment beside the command; whoever keeps that may
    not know what it holds."""
    for file in private.glob("artifacts/*/command"):
        noted = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**noted, "env": {}}), encoding="utf-8")
