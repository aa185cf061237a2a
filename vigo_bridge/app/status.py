# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vigo-bridge status`` does: it asks each host once how the stack is there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from vigo_bridge.app.hosts import Asked
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.app.plan_and_run import Ready, ready_stack
from vigo_bridge.app.rollout_job import Job, at_once
from vigo_bridge.app.run_setup import run_options
from vigo_bridge.app.selectors import hosts_of, selected
from vigo_bridge.emit.module_call import write_call
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.exit_status import INTERRUPTED
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.progress import Lines
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.status import print_status, status_as_data, status_of
from vigo_bridge.report.terminal import listed
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.results import RunResult

MODULE = "vigo.bridge.stack_info"


def show_status(
    patterns: Sequence[str],
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    watch: float | None,
    output: str,
) -> int:
    """Show how the stack is on the hosts, and return the exit status.

    patterns: which resources; without any, all. watch: seconds between two looks; None: one look.
    """
    ready = ready_stack(stack, asked, output)
    only = selected(ready.plan, patterns) if patterns else ()
    how = run_options(options, output, {"only": only, "only_reads": True})
    if ready.plan.unmatched:
        Lines().say(f"skipping {listed(ready.plan.unmatched)}: no match entry")
    while True:
        with private_folder() as private:
            result = at_once(_job(stack, ready, how, private), private, quiet=watch is not None)
        status = status_of(result)
        if watch is not None and status == INTERRUPTED:
            return status  # The page of the last look stays.
        if watch is not None:
            _begin_page()
        _print(result, output)
        if watch is None:
            return status
        time.sleep(watch)


def _print(result: RunResult, output: str) -> None:
    if output == "json":
        echo_json(status_as_data(result))
    else:
        print_status(result, Screen())


def _begin_page() -> None:
    """Begin a new page: on an empty terminal, or with the time in a log."""
    console = Screen()
    if console.is_terminal:
        console.clear()
    echo(f"{datetime.now():%H:%M:%S}")


def _job(stack: StackOptions, ready: Ready, how: RunOptions, private: Path) -> Job:
    plan, hosts = ready.plan, ready.hosts
    project = private / "project"
    write_call(plan, project, hosts.variables, MODULE, {})
    chosen = hosts_of(plan, how.only)
    return Job(
        command="status",
        subject=str(stack.folder.absolute()),
        project=project,
        sources=hosts.sources,
        hosts=[host for host in hosts.names if host in chosen],
        secrets=ready.secrets,
        how=how,
        key="",
        fingerprint="",
    )
