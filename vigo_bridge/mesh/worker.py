# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one work unit on a node: `vigo-bridge mesh worker`.

ansible-runner's own worker sends the node's environment to the controller, changes how host keys
are checked, and leaves processes behind when it is interrupted. Here, Ansible is run as on the
controller, and its files are in memory.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from vigo_bridge.ansible.environment import ansible_environment, run_environment
from vigo_bridge.failures import Failure
from vigo_bridge.mesh.answer import (
    CANCELED,
    ERROR,
    SUCCESSFUL,
    Answers,
    Ended,
    ResultFiles,
)
from vigo_bridge.mesh.asking import Ask, MeshService, StandardInput, refuse
from vigo_bridge.mesh.unit import Unit, UnitError, read_unit
from vigo_bridge.private_folder import private_folder
from vigo_bridge.run.playbook import Playbook, play
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets, served_secrets

_interrupted = threading.Lock()


def work(source: IO[bytes], output: IO[bytes], secrets_socket: Path | None) -> bool:
    """Run the unit that a controller sends; return whether it was not refused.

    source: ends with the unit, or when the controller is gone. secrets_socket: of the mesh service
    that answers for the controller, if the node has one. SIGINT and SIGTERM end everything that the
    unit has started.
    """
    answers = Answers(output, _interrupt)
    with private_folder() as private:
        folder = private / "unit"
        try:
            with answers.signs_of_life(), Stop(_say_nothing, at_once=True) as stop:
                unit = read_unit(source, folder)
                complaint = _run(unit, folder, private, source, answers, secrets_socket, stop)
        except (UnitError, Failure) as error:
            answers.end(Ended(ERROR, explanation=str(error)))
            return False
        answers.end(Ended(CANCELED if stop.cut else SUCCESSFUL, complaint))
    return True


def _run(
    unit: Unit,
    folder: Path,
    private: Path,
    source: IO[bytes],
    answers: Answers,
    secrets_socket: Path | None,
    stop: Stop,
) -> str:
    """Run Ansible for a unit, and send what happens; return the last lines that it printed."""
    project, results = folder / "project", private / "results"
    results.mkdir()
    files = ResultFiles(results, answers)

    def handle(event: Mapping[str, Any]) -> None:
        data = event.get("event_data")
        host = data.get("host") if isinstance(data, Mapping) else None
        if isinstance(host, str):
            files.send(host)
        answers.event(event)

    with ExitStack() as held:
        if unit.attached:
            ask: Ask = held.enter_context(StandardInput(source, answers, _interrupt))
        elif unit.token and secrets_socket:
            ask = MeshService(secrets_socket, unit.token)
        else:
            ask = refuse
        socket = held.enter_context(served_secrets(Secrets({}, ask), private / "secrets.sock"))
        environment = {**ansible_environment(), **unit.environment}
        os.chdir(project)
        answers.started()
        complaint = play(
            Playbook(
                path=project / unit.playbook,
                inventory=[str(folder / path) for path in unit.inventory],
                private=private / "runner",
                environment={**environment, **run_environment(results, socket)},
                arguments=unit.arguments,
            ),
            handle,
            _say_nothing,
            stop,
        )
        files.send_all()
    return complaint


def _interrupt() -> None:
    """Stop the unit, as nobody waits for it any more.

    Input and output can both end; a second signal would kill what is still ending.
    """
    if _interrupted.acquire(blocking=False):
        os.kill(os.getpid(), signal.SIGTERM)


def _say_nothing(_text: str) -> None:
    """Drop the text: the controller shows what happens."""
