# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges hosts with a generated project: one call of ansible-playbook."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import file_name
from vigo_bridge.files import write_text
from vigo_bridge.run.call import Call, Player, Recover, nothing_to_recover, play_here
from vigo_bridge.run.playbook import Event
from vigo_bridge.run.results import EnvoyResult, read_envoys
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets, served_secrets

#: Called when a host begins, and again with its result.
Progress = Callable[[str, EnvoyResult | None], None]

#: What to do with former states: keep them before changes, restore or discard them.
Former = Literal["keep", "restore", "discard"]

_ENDS = ("runner_on_ok", "runner_on_failed", "runner_on_unreachable")
_START = "runner_on_start"
#: The free space that Ansible needs to run for a host, in bytes.
_RESERVE = "." * 262144


@dataclass(frozen=True)
class RunOptions:
    """How to run. check_mode: only predict. only_reads: whether the module only predicts, even
    without check mode. prune: whether to remove containers that are no longer in the stack. pull:
    ``always`` pulls all images. pull_limit: how many hosts of a batch pull at the same time; None
    for all. only: the crates and resources to apply; empty for all.

    lock_timeout: seconds to wait for another run on a host. min_healthy_time: seconds for which
    containers must stay healthy at the end. rollout: a unique text if hosts keep their former
    states, otherwise empty. ansible_verbosity: None hides Ansible's own output, 0 shows it, and a
    higher number adds as many ``-v``. passwords: environment variables that name files with
    passwords. record: the name of the rollout's record. play: runs the playbook. recover: see
    `Recover`.
    """

    check_mode: bool = False
    only_reads: bool = False
    forks: int | None = None
    become: bool = False
    prune: bool = False
    pull: str | None = None
    pull_limit: int | None = None
    only: tuple[str, ...] = ()
    lock_timeout: float = 30
    min_healthy_time: float = 0
    rollout: str = ""
    ansible_verbosity: int | None = None
    passwords: Mapping[str, str] = field(default_factory=dict)
    record: str = ""
    play: Player = play_here
    recover: Recover = nothing_to_recover


@dataclass
class Converger:
    """Converges hosts of one project. It can be called several times.

    playbook: one play that calls ``vigo.bridge.converge``, or another module with such a result.
    check: the playbook for calls with variables. inventory: the user's sources, then ours. private:
    a folder for this run only. secrets, socket: the secrets, and the path of their socket.
    show_output: called with Ansible's output, if the options request it; it must make the text
    safe to print.
    """

    playbook: Path
    inventory: Sequence[str]
    options: RunOptions
    private: Path
    secrets: Secrets
    socket: Path
    stop: Stop
    show_output: Callable[[str], None]
    check: Path | None
    _calls: int = field(default=0, init=False)

    def __call__(
        self,
        hosts: Sequence[str],
        progress: Progress,
        variables: Path | None = None,
        former: Former = "keep",
    ) -> dict[str, EnvoyResult]:
        """Return the result of each host, in the order of the hosts.

        variables: a YAML file whose variables override the inventory's. former: what to do with
        the former states of this rollout, if the hosts keep them.
        """
        self._calls += 1
        folder = self.private / f"call-{self._calls}"
        results = folder / "results"
        try:
            complaint = self._play(hosts, progress, folder, results, variables, former)
            if any(not (results / file_name(host)).exists() for host in hosts):
                _refuse_full_disk(folder)
        except OSError as error:  # Results that hosts have left are read nevertheless.
            complaint = f"Ansible's files cannot be written: {explained(error)}"
        return self._read(hosts, results, complaint)

    def _play(
        self,
        hosts: Sequence[str],
        progress: Progress,
        folder: Path,
        results: Path,
        variables: Path | None,
        former: Former,
    ) -> str:
        results.mkdir(parents=True)
        call = Call(
            playbook=(self.check if variables else None) or self.playbook,
            inventory=self.inventory,
            hosts=hosts,
            arguments=_arguments(self.options, former, is_check=variables is not None),
            variables=variables,
            rollout=self.options.record,
            folder=folder,
            results=results,
            secrets=self.secrets,
            socket=self.socket,
            passwords=self.options.passwords,
        )
        return self.options.play(
            call,
            self._event_handler(hosts, results, progress),
            _show_nothing if self.options.ansible_verbosity is None else self.show_output,
            self.stop,
        )

    def _read(self, hosts: Sequence[str], results: Path, complaint: str) -> dict[str, EnvoyResult]:
        return read_envoys(
            hosts,
            results,
            check_mode=self.options.check_mode or self.options.only_reads,
            interrupted=self.stop.cut,
            complaint=complaint,
        )

    def _event_handler(
        self, hosts: Sequence[str], results: Path, progress: Progress
    ) -> Callable[[Event], None]:
        """Return a handler for events.

        Events only say that there is something to read. They may be late or missing, and text that
        a host prints can look like an event.
        """
        known = frozenset(hosts)

        def tell(event: Event) -> None:
            kind, data = event.get("event"), event.get("event_data")
            host = data.get("host") if isinstance(data, Mapping) else None
            if not isinstance(host, str) or host not in known:
                return
            if kind == _START:
                progress(host, None)
            elif kind in _ENDS:
                progress(host, self._read([host], results, "")[host])

        return tell


def _show_nothing(_text: str) -> None:
    """Drop the text."""


@contextlib.contextmanager
def converging(
    playbook: Path,
    inventory: Sequence[str],
    secrets: Secrets,
    options: RunOptions,
    private: Path,
    stop: Stop,
    show_output: Callable[[str], None],
    check: Path | None,
) -> Iterator[Converger]:
    """Yield a converger, and serve secrets to its actions. check: see `Converger`."""
    with served_secrets(secrets, private / "secrets.sock") as socket:
        yield Converger(
            playbook, inventory, options, private, secrets, socket, stop, show_output, check
        )


def _refuse_full_disk(folder: Path) -> None:
    """Raise OSError if nothing more can be written.

    Ansible does not always report this itself.
    """
    reserve = folder / "room"
    try:
        write_text(reserve, _RESERVE)
    finally:
        reserve.unlink(missing_ok=True)


def _arguments(options: RunOptions, former: Former, *, is_check: bool) -> list[str]:
    """Return the arguments of ansible-playbook. is_check: whether a file sets the variables."""
    arguments = ["--diff"]
    if options.check_mode:
        arguments.append("--check")
    if options.become:
        arguments.append("--become")
    arguments += ["--extra-vars", f"vigo_lock_timeout={options.lock_timeout:g}"]
    if not is_check:
        given = {
            "vigo_prune": options.prune,
            "vigo_pull": options.pull,
            "vigo_pull_limit": options.pull_limit,
            "vigo_only": list(options.only),
            "vigo_min_healthy_time": options.min_healthy_time,
            "vigo_former": former if options.rollout else "",
            "vigo_rollout": options.rollout,
        }
        settings = {name: value for name, value in given.items() if value}
        arguments += ["--extra-vars", json.dumps(settings)]
    if options.forks:
        arguments += ["--forks", str(options.forks)]
    if options.ansible_verbosity:
        arguments.append("-" + "v" * options.ansible_verbosity)
    return arguments
