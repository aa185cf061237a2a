# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the job of commands that call a module other than vigo.bridge.converge on each host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.plan_and_run import Ready
from vigo_bridge.app.rollout_job import Job
from vigo_bridge.emit.module_call import write_call
from vigo_bridge.run.converge import RunOptions


def module_job(
    command: str,
    module: str,
    given: Mapping[str, Any],
    hosts: Sequence[str],
    stack: StackOptions,
    ready: Ready,
    how: RunOptions,
    private: Path,
    variables: Mapping[str, Any] | None = None,
) -> Job:
    """Write the project of a call, and return a job that is not recorded.

    command: the one that the user called. module, given, variables: the full name of the module,
    its options and the play's variables, see `write_call`. private: the folder of the call.
    """
    project = private / "project"
    write_call(ready.plan, project, ready.hosts.variables, module, given, variables)
    return Job(
        command=command,
        subject=stack.subject,
        project=project,
        sources=ready.hosts.sources,
        hosts=hosts,
        secrets=ready.secrets,
        how=how,
        key="",
        fingerprint="",
    )
