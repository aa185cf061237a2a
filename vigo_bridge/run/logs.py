# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the logs of all hosts of a project: one call of ansible-playbook."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.log_stream import SOCKET_VARIABLE
from vigo_bridge.ansible.environment import ansible_environment, run_environment
from vigo_bridge.files import write_text
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.log_server import Hosts, Viewer, received_logs
from vigo_bridge.run.login_advice import login_advice
from vigo_bridge.run.playbook import Event, Playbook, play
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets, served_secrets


@dataclass(frozen=True)
class LogRun:
    """What to read. playbook: one play that calls vigo.bridge.container_logs. inventory: the user's
    sources, then ours. private: a folder for this run only. follow: whether it continues until it
    is stopped. empty: the note if no host has a container.
    """

    playbook: Path
    inventory: Sequence[str]
    hosts: Sequence[str]
    how: RunOptions
    secrets: Secrets
    private: Path
    follow: bool
    empty: str


def show_logs(run: LogRun, viewer: Viewer, stop: Stop) -> dict[str, str]:
    """Show the lines of all hosts until the end; return the errors of hosts.

    Raise OSError if the viewer cannot write.
    """
    hosts = Hosts(run.hosts, run.follow, run.empty)
    broken: list[Exception] = []

    def show() -> None:
        try:
            hosts.show(viewer)
        except Exception as error:  # This thread must not end without the run.
            broken.append(error)
            hosts.close()
            os.kill(os.getpid(), signal.SIGTERM)  # This ends Ansible and the run.

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    complaint = ""
    try:
        with (
            served_secrets(run.secrets, run.private / "secrets.sock") as secrets,
            received_logs(hosts, run.private / "logs.sock") as socket,
        ):
            complaint = _play(run, secrets, socket, stop)
            if stop.cut:
                hosts.close()
    finally:
        if stop.cut or broken:
            hosts.close()
        else:
            hosts.end_all(_without_result(complaint))
        thread.join()
    if broken:
        raise broken[0]
    return hosts.errors


def _play(run: LogRun, secrets: Path, socket: Path, stop: Stop) -> str:
    results = run.private / "results"
    results.mkdir()
    playbook = Playbook(
        path=run.playbook,
        inventory=run.inventory,
        private=run.private / "runner",
        environment={
            **ansible_environment(),
            **run.how.passwords,
            **run_environment(results, secrets),
            SOCKET_VARIABLE: str(socket),
        },
        arguments=_arguments(run),
    )
    return play(playbook, _no_event, _no_output, stop)


def _arguments(run: LogRun) -> list[str]:
    chosen = run.private / "hosts.txt"
    write_text(chosen, "".join(f"{host}\n" for host in run.hosts))
    # All hosts at once: lines are merged by time, and reading a followed host does not end.
    arguments = ["--limit", f"@{chosen}", "--forks", str(len(run.hosts))]
    if run.how.become:
        arguments.append("--become")
    return arguments


def _without_result(complaint: str) -> str:
    said = f"Ansible exited without a result for this host:\n{complaint}".strip()
    return "\n".join(filter(None, [said, login_advice(said)]))


def _no_event(_event: Event) -> None:
    """Ignore events: lines arrive over the socket."""


def _no_output(_text: str) -> None:
    """Drop Ansible's output."""
