# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges the envoys of a plan: one Ansible run over a generated project."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.run.environment import ansible_environment, run_environment
from vigo_bridge.run.playbook import Event, Playbook, play
from vigo_bridge.run.results import EnvoyResult, RunResult, RunStatus, read_envoys, run_status
from vigo_bridge.run.secret_server import served_secrets

#: Called with a host and what has just become of it.
Progress = Callable[[str, str], None]

_OUTCOMES = {
    "runner_on_ok": "done",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
}


@dataclass(frozen=True)
class RunOptions:
    """How to run. check_mode: only predict. prune: remove containers that the stack lost.
    lock_timeout: seconds to wait for another run on a host.

    ansible_verbosity: None hides Ansible's own output, 0 shows it, more is as many ``-v``.
    """

    check_mode: bool = False
    forks: int | None = None
    become: bool = False
    prune: bool = False
    lock_timeout: float = 30
    ansible_verbosity: int | None = None


def converge(
    project: Path,
    sources: Sequence[str],
    hosts: Sequence[str],
    secrets: Mapping[str, str],
    options: RunOptions,
    private: Path,
    progress: Progress,
) -> RunResult:
    """Runs the project's playbook and gathers what became of each host.

    project: a folder that ``emit.bundle`` wrote. sources: the user's inventories. secrets:
    values by path. private: a folder for this run alone.
    """
    started = datetime.datetime.now(datetime.UTC)
    clock = time.monotonic()
    results = private / "results"
    results.mkdir()
    with served_secrets(secrets, private / "secrets.sock") as socket:
        played = play(
            Playbook(
                path=project / "site.yml",
                inventory=[*sources, str(project / "inventory")],
                private=private / "runner",
                environment={**ansible_environment(), **run_environment(results, socket)},
                arguments=_arguments(hosts, options, private),
            ),
            _teller(progress),
            show_output=options.ansible_verbosity is not None,
        )
    envoys = read_envoys(
        hosts,
        results,
        check_mode=options.check_mode,
        interrupted=played.interrupted,
        complaint=played.complaint,
    )
    return RunResult(
        _status(envoys, played.interrupted),
        (tuple(hosts),),
        envoys,
        started,
        time.monotonic() - clock,
    )


def _status(envoys: Mapping[str, EnvoyResult], interrupted: bool) -> RunStatus:
    return RunStatus.INTERRUPTED if interrupted else run_status(list(envoys.values()))


def _arguments(hosts: Sequence[str], options: RunOptions, private: Path) -> list[str]:
    chosen = private / "hosts.txt"
    chosen.write_text("".join(f"{host}\n" for host in hosts), encoding="utf-8")
    arguments = ["--diff", "--limit", f"@{chosen}"]
    if options.check_mode:
        arguments.append("--check")
    if options.become:
        arguments.append("--become")
    arguments += ["--extra-vars", f"vigo_lock_timeout={options.lock_timeout:g}"]
    if options.prune:
        arguments += ["--extra-vars", '{"vigo_prune": true}']
    if options.forks:
        arguments += ["--forks", str(options.forks)]
    if options.ansible_verbosity:
        arguments.append("-" + "v" * options.ansible_verbosity)
    return arguments


def _teller(progress: Progress) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        outcome = _OUTCOMES.get(event.get("event", ""))
        host = event.get("event_data", {}).get("host")
        if outcome and host:
            progress(host, outcome)

    return tell
