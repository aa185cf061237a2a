# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vigo-bridge status`` does: queries the state of the stack on each host."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from vigo_bridge.app.hosts import Asked
from vigo_bridge.app.module_job import module_job
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.app.plan_and_run import Ready, on_the_hosts, ready_stack
from vigo_bridge.app.rollout_job import at_once
from vigo_bridge.app.selectors import selected
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.exit_status import INTERRUPTED
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.status import print_status, status_as_data, status_of
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
    """Show the state of the stack on the hosts, and return the exit status.

    patterns: which resources; without any, all. watch: seconds between two looks; None: one look.
    """
    ready = ready_stack(stack, asked, output)
    only = selected(ready.plan, patterns) if patterns else ()
    given = {"only": only, "only_reads": True}
    with on_the_hosts(ready, options, given, output) as how:
        ready.report_unmatched()
        return _looks(ready, ready.hosts_with(only), stack, how, watch, output)


def _looks(
    ready: Ready,
    hosts: Sequence[str],
    stack: StackOptions,
    how: RunOptions,
    watch: float | None,
    output: str,
) -> int:
    """Look once or again and again, show what is found, and return the exit status."""
    while True:
        with private_folder() as private:
            job = module_job("status", MODULE, {}, hosts, stack, ready, how, private)
            result = at_once(job, private, quiet=watch is not None, names_hosts=False)
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
