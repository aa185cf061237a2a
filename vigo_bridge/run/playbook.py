# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a playbook through ansible-runner."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_runner.interface import init_runner

from vigo_bridge.run.environment import is_secret

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Playbook:
    """One call of ansible-playbook. private: a folder that ansible-runner may fill."""

    path: Path
    inventory: Sequence[str]
    private: Path
    environment: Mapping[str, str]
    arguments: Sequence[str] = ()


@dataclass
class Played:
    """How it ended. complaint: the last lines that Ansible printed."""

    interrupted: bool = False
    complaint: str = ""


_COMPLAINT_LINES = 20


def play(playbook: Playbook, on_event: Callable[[Event], None], show_output: bool) -> Played:
    """Runs it to its end. A SIGINT or SIGTERM to us ends Ansible, its workers included.

    show_output: Ansible's own output goes to standard output too.
    """
    lines: list[str] = []

    def handle(event: Event) -> bool:
        lines.extend(str(event.get("stdout", "")).splitlines())
        del lines[:-_COMPLAINT_LINES]
        on_event(event)
        return False  # ansible-runner need not keep it as a file

    playbook.private.mkdir(exist_ok=True)
    runner = init_runner(
        private_data_dir=str(playbook.private),
        playbook=str(playbook.path),
        inventory=list(playbook.inventory),
        envvars=dict(playbook.environment),
        cmdline=shlex.join(playbook.arguments),
        event_handler=handle,
        # With a callback of ours it leaves the signal handlers alone.
        cancel_callback=lambda: False,
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
    played = Played()
    with _ended_by_signals(played):
        runner.run()
    played.complaint = "\n".join(line for line in lines if line.strip())
    return played


@contextlib.contextmanager
def _ended_by_signals(played: Played) -> Iterator[None]:
    """SIGINT makes ansible-playbook end its workers; killing it would leave them behind."""

    def interrupt(number: int, frame: object) -> None:
        played.interrupted = True
        for child in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGINT)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _children() -> list[int]:
    process = os.getpid()
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]
