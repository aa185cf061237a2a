# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a playbook for some hosts, and how it is run on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.ansible.environment import ansible_environment, run_environment
from vigo_bridge.files import write_text
from vigo_bridge.run.playbook import Event, Playbook, play
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets


@dataclass(frozen=True)
class Call:
    """A call of a playbook, without what depends on the machine that runs it.

    playbook: its file. inventory: all sources, ours last. arguments: of ansible-playbook, except
    for hosts and files of variables. variables: a YAML file with variables. rollout: the name of
    the rollout's record, empty if it has none. folder: for files of this call. results: a folder
    for the result of each host, see `result_file`. secrets: those that the hosts may need. socket:
    the path at which this machine serves them. passwords: environment variables that name files
    with passwords.
    """

    playbook: Path
    inventory: Sequence[str]
    hosts: Sequence[str]
    arguments: Sequence[str]
    variables: Path | None
    rollout: str
    folder: Path
    results: Path
    secrets: Secrets
    socket: Path
    passwords: Mapping[str, str]


#: Runs a call until it ends or `Stop` interrupts it. Gets functions for each event and for
#: Ansible's output; returns the last lines that Ansible printed.
Player = Callable[[Call, Callable[[Event], None], Callable[[str], None], Stop], str]

#: Returns the hosts that were converged for an interrupted rollout after its controller had ended.
#: Gets the name of the rollout's record, and a function for messages.
Recover = Callable[[str, Callable[[str], None]], Sequence[str]]


def nothing_to_recover(_rollout: str, _say: Callable[[str], None]) -> Sequence[str]:
    """Return no host: what runs on this machine ends with its controller. A `Recover`."""
    return ()


def play_here(
    call: Call,
    on_event: Callable[[Event], None],
    on_output: Callable[[str], None],
    stop: Stop,
) -> str:
    """Run the call on this machine: a `Player`."""
    chosen = call.folder / "hosts.txt"
    write_text(chosen, "".join(f"{host}\n" for host in call.hosts))
    variables = ["--extra-vars", f"@{call.variables}"] if call.variables else []
    environment = run_environment(call.results, call.socket)
    playbook = Playbook(
        path=call.playbook,
        inventory=call.inventory,
        private=call.folder / "runner",
        environment={**ansible_environment(), **call.passwords, **environment},
        arguments=["--limit", f"@{chosen}", *call.arguments, *variables],
    )
    return play(playbook, on_event, on_output, stop)
