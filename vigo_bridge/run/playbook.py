# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a playbook through ansible-runner."""

from __future__ import annotations

import codecs
import os
import re
import selectors
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_runner import Runner
from ansible_runner.interface import init_runner

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at
from vigo_bridge.ansible import ansible_compat
from vigo_bridge.ansible.environment import is_secret
from vigo_bridge.ansible.prepared import playing
from vigo_bridge.files import write_text
from vigo_bridge.run.stop import Stop

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Playbook:
    """One call of ansible-playbook. private: a folder that ansible-runner may fill."""

    path: Path
    inventory: Sequence[str]
    private: Path
    environment: Mapping[str, str]
    arguments: Sequence[str]


_COMPLAINT_LINES = 20
_IDENTIFIER = re.compile(r"[0-9a-zA-Z_-]+")
#: Seconds between checks whether Ansible has ended; the end of its output shows this, too.
_TICK = 0.2
#: How much of its output is read at once, in bytes.
_CHUNK = 65536


def is_event(data: Any) -> bool:
    """Return whether it is an event. ansible-runner uses its identifier as a file name."""
    identifier = data.get("uuid") if isinstance(data, dict) else None
    return isinstance(identifier, str) and bool(_IDENTIFIER.fullmatch(identifier))


def play(
    playbook: Playbook,
    on_event: Callable[[Event], None],
    on_output: Callable[[str], None],
    stop: Stop,
) -> str:
    """Run the playbook to its end, or until `stop` interrupts it; return the last lines that
    Ansible printed.

    on_output: gets Ansible's own output as it comes, which is not safe to print.
    """
    lines: list[str] = []

    def handle(event: Event) -> bool:
        shown = str(event.get("stdout") or "").replace("\r\n", "\n")
        lines.extend(line for line in shown.split("\n") if line.strip())
        del lines[:-_COMPLAINT_LINES]
        if shown or event.get("event") == "verbose":
            on_output(shown)
        on_event(event)
        return False  # ansible-runner need not keep it as a file

    playbook.private.mkdir()
    runner = init_runner(
        private_data_dir=str(playbook.private),
        playbook=str(playbook.path),
        inventory=list(playbook.inventory),
        envvars=dict(playbook.environment),
        cmdline=shlex.join(playbook.arguments),
        event_handler=handle,
        # With this callback, ansible-runner does not change the signal handlers.
        cancel_callback=lambda: False,
        suppress_env_files=True,
        fact_cache_type="",  # The user's setting, as in Ansible's own commands.
    )
    # The user's ansible.cfg in the current folder is used, as by Ansible's own commands.
    runner.config.cwd = str(Path.cwd())
    for name in [name for name in runner.config.env if is_secret(name)]:
        del runner.config.env[name]
    if "ANSIBLE_HOST_KEY_CHECKING" not in os.environ:
        # ansible-runner disables it by default, but that is the user's decision.
        runner.config.env.pop("ANSIBLE_HOST_KEY_CHECKING", None)
    if not stop.cut:
        _run(runner, stop)
        stop.await_end()
    return "\n".join(lines)


def _run(runner: Runner, stop: Stop) -> None:
    """Run what ansible-runner prepared, with its events.

    ansible-runner would give Ansible a terminal, on which a program could prompt and wait forever.
    """
    config = runner.config
    folder = Path(config.artifact_dir)
    (folder / "job_events").mkdir(mode=0o700)
    log = (folder / "stdout").open("w", encoding="utf-8")
    output = ansible_compat.event_reader(log, runner.event_callback, is_event=is_event)
    _program, *arguments = config.command
    write_text(folder / "command", shlex.join(["ansible-playbook", *arguments]) + "\n")
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    with playing(arguments, config.env, config.cwd) as process:
        if stop.cut:  # The signal came before the process was started.
            process.send_signal(signal.SIGINT)
        try:
            with at(str(folder)):
                for chunk in _chunks(process):
                    output.write(decoder.decode(chunk))
                output.close()
        except OSError:  # Its output can no longer be shown.
            process.send_signal(signal.SIGINT)
            raise


def _chunks(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield the output until the process ends; programs in the background may keep its output
    open.
    """
    assert process.stdout
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while True:
            ended = process.poll() is not None
            while ready.select(0 if ended else _TICK):
                chunk = os.read(process.stdout.fileno(), _CHUNK)
                if not chunk:
                    return
                yield chunk
            if ended:
                return
