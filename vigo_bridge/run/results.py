# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a run, as values. ``docs/command-line.md`` describes the same as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils import host_result
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from ansible_collections.vigo.bridge.plugins.plugin_utils.host_result import HostResult
from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import file_name
from ansible_collections.vigo.bridge.plugins.plugin_utils.stack_states import (
    ContainerState,
    LastRun,
)
from vigo_bridge.run.login_advice import login_advice


class EnvoyStatus(Enum):
    CONVERGED = "converged"
    CHANGED = "changed"
    PENDING = "pending"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    UNTOUCHED = "untouched"
    ROLLED_BACK = "rolled_back"
    INTERRUPTED = "interrupted"

    @property
    def is_good(self) -> bool:
        """Whether the envoy matches the stack after a run."""
        return self in (EnvoyStatus.CONVERGED, EnvoyStatus.CHANGED)


class RunStatus(Enum):
    CONVERGED = "converged"
    PENDING = "pending"
    FAILED = "failed"
    ABORTED = "aborted"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class EnvoyResult:
    """One envoy. resources: in the order of the graph.

    orphans: containers of the stack that it no longer names. restored: the result of each resource
    in the rollback of the host; empty without one. rollback_error: why that failed, or was not
    complete. containers, last_run: only if they were asked for.
    """

    status: EnvoyStatus
    message: str = ""
    resources: tuple[Result, ...] = ()
    notes: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
    restored: tuple[Result, ...] = ()
    rollback_error: str = ""
    containers: tuple[ContainerState, ...] = ()
    last_run: LastRun | None = None

    @property
    def failures(self) -> list[Result]:
        return [resource for resource in self.resources if resource.failed]

    @property
    def changes(self) -> int:
        """How many of its resources changed."""
        return sum(resource.changed for resource in self.resources)

    @property
    def adoptions(self) -> int:
        """How many unchanged objects of other tools were adopted."""
        return sum(resource.adopted for resource in self.resources)


class Gate(Enum):
    """The result of the health checks after a batch."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True)
class BatchResult:
    """The result of one batch. detail: why the gate failed, or the rollout stopped."""

    hosts: tuple[str, ...]
    gate: Gate = Gate.NONE
    detail: str = ""


@dataclass(frozen=True)
class RunResult:
    """A whole run. batches: those that were begun. duration: seconds.

    stopped: why hosts were left untouched, or empty.
    """

    status: RunStatus
    batches: tuple[BatchResult, ...]
    envoys: Mapping[str, EnvoyResult]
    started: datetime.datetime
    duration: float
    stopped: str = ""


def read_envoys(
    hosts: Iterable[str], folder: Path, *, check_mode: bool, interrupted: bool, complaint: str
) -> dict[str, EnvoyResult]:
    """Return the results that the hosts left in the folder; for the others, the reason.

    complaint: what Ansible printed last, for hosts that it did not reach.
    """
    envoys = {}
    for host in hosts:
        path = folder / file_name(host)
        if path.exists():
            envoys[host] = _read(path, check_mode)
        elif interrupted:
            envoys[host] = EnvoyResult(
                EnvoyStatus.INTERRUPTED, "the run was interrupted; run again"
            )
        else:
            message = (
                f"Ansible exited without a result for this host; -vv shows its output:\n{complaint}"
            )
            envoys[host] = EnvoyResult(EnvoyStatus.FAILED, message.strip())
    return envoys


def _read(path: Path, check_mode: bool) -> EnvoyResult:
    try:
        return _envoy(host_result.read(str(path)), check_mode)
    except InvalidData as error:
        return EnvoyResult(EnvoyStatus.FAILED, host_result.explained(error))


def _envoy(result: HostResult, check_mode: bool) -> EnvoyResult:
    if result.unreachable:
        return EnvoyResult(EnvoyStatus.UNREACHABLE, _advised(result.message))
    message = ""
    if result.failed:
        status = EnvoyStatus.FAILED
        message = "\n".join(filter(None, [result.message, result.stderr]))
        if not result.resources:
            message = _advised(message)
    elif not any(resource.changed for resource in result.resources):
        status = EnvoyStatus.CONVERGED
    else:
        status = EnvoyStatus.PENDING if check_mode else EnvoyStatus.CHANGED
    return EnvoyResult(
        status,
        message,
        result.resources,
        result.notes,
        result.orphans,
        containers=result.containers or (),
        last_run=result.last_run,
    )


def _advised(message: str) -> str:
    return "\n".join(filter(None, [message, login_advice(message)]))


def run_status(
    envoys: Sequence[EnvoyResult], *, interrupted: bool = False, stopped: bool = False
) -> RunStatus:
    """Return the status of a run: the worst of the envoys'. stopped: by the budget, a gate or a
    command.
    """
    statuses = {envoy.status for envoy in envoys}
    if interrupted or EnvoyStatus.INTERRUPTED in statuses:
        return RunStatus.INTERRUPTED
    if stopped and EnvoyStatus.UNTOUCHED in statuses:
        return RunStatus.ABORTED
    if stopped or statuses & {EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE}:
        return RunStatus.FAILED
    return RunStatus.PENDING if EnvoyStatus.PENDING in statuses else RunStatus.CONVERGED
