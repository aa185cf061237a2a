# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a run, as values. ``docs/command-line.md`` describes the same as JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.resource import UNCHANGED
from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import file_name


class EnvoyStatus(Enum):
    CONVERGED = "converged"
    CHANGED = "changed"
    PENDING = "pending"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    UNTOUCHED = "untouched"
    INTERRUPTED = "interrupted"


class RunStatus(Enum):
    CONVERGED = "converged"
    PENDING = "pending"
    FAILED = "failed"
    ABORTED = "aborted"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class EnvoyResult:
    """One envoy. resources: as the converge module returns them, in the order of the graph.

    orphans: containers of the stack that it no longer names.
    """

    status: EnvoyStatus
    message: str = ""
    resources: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()


class Gate(Enum):
    """What the health checks behind a batch said."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True)
class BatchResult:
    """Hosts that were taken together. detail: why the gate failed, or the rollout stopped."""

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
    """The results that the hosts left in the folder; those of the others say why not.

    complaint: what Ansible printed last, for hosts that it never came to.
    """
    envoys = {}
    for host in hosts:
        path = folder / file_name(host)
        if path.exists():
            envoys[host] = _envoy(json.loads(path.read_text(encoding="utf-8")), check_mode)
        elif interrupted:
            envoys[host] = EnvoyResult(
                EnvoyStatus.INTERRUPTED, "the run was interrupted; call it again"
            )
        else:
            message = (
                f"Ansible ended without a result for this host; -vv shows its output:\n{complaint}"
            )
            envoys[host] = EnvoyResult(EnvoyStatus.FAILED, message.strip())
    return envoys


def _envoy(raw: Mapping[str, Any], check_mode: bool) -> EnvoyResult:
    resources = tuple(raw.get("resources", ()))
    notes = tuple(raw.get("notes", ()))
    orphans = tuple(raw.get("orphans", ()))
    message = str(raw.get("msg", "")).strip()
    if raw.get("unreachable"):
        return EnvoyResult(EnvoyStatus.UNREACHABLE, message)
    if raw.get("failed"):
        detail = str(raw.get("module_stderr", "")).strip()
        return EnvoyResult(
            EnvoyStatus.FAILED,
            "\n".join(filter(None, [message, detail])),
            resources,
            notes,
            orphans,
        )
    if not any(resource["action"] not in UNCHANGED for resource in resources):
        return EnvoyResult(EnvoyStatus.CONVERGED, "", resources, notes, orphans)
    status = EnvoyStatus.PENDING if check_mode else EnvoyStatus.CHANGED
    return EnvoyResult(status, "", resources, notes, orphans)


def run_status(
    envoys: Sequence[EnvoyResult], *, interrupted: bool = False, stopped: bool = False
) -> RunStatus:
    """The worst of the envoys decides. stopped: the budget, a gate or a command said stop."""
    statuses = {envoy.status for envoy in envoys}
    if interrupted or EnvoyStatus.INTERRUPTED in statuses:
        return RunStatus.INTERRUPTED
    if stopped and EnvoyStatus.UNTOUCHED in statuses:
        return RunStatus.ABORTED
    if stopped or statuses & {EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE}:
        return RunStatus.FAILED
    return RunStatus.PENDING if EnvoyStatus.PENDING in statuses else RunStatus.CONVERGED
