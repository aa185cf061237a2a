# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge restart``, ``stop`` and ``start``."""

from __future__ import annotations

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, ReportOptions, Rollout, StackOptions
from vigo_bridge.cli.options import (
    fleet_options,
    lock_timeout_option,
    report_options,
    resources_argument,
    stack_options,
)
from vigo_bridge.cli.rollout_flags import rollout_options


def _command(name: str, help: str) -> click.Command:
    """Return the command of that name; all have the same options."""

    @click.command(name, help=help)
    @resources_argument(required=True)
    @lock_timeout_option
    @rollout_options
    @report_options
    @fleet_options
    @stack_options
    @click.pass_context
    def command(
        context: click.Context,
        stack: StackOptions,
        hosts: HostOptions,
        shown: ReportOptions,
        rollout: Rollout,
        resources: tuple[str, ...],
        lock_timeout: float,
    ) -> None:
        with finding_hosts(hosts) as asked:
            from vigo_bridge.app.stack_state import change_state

            changes = {"lock_timeout": lock_timeout}
            status = change_state(name, resources, stack, hosts, asked, rollout, changes, shown)
        context.exit(status)

    return command


_RESOURCES = "RESOURCE is CRATE, CRATE/NAME, or a glob such as 'shop/*'."

restart = _command(
    "restart",
    f"""Restart containers of the stack, all at once or in batches.

    {_RESOURCES} Containers that do not run are started. Nothing is updated; `run` does that.
    """,
)
stop = _command(
    "stop",
    f"""Stop containers of the stack until the next `run` or `start`.

    {_RESOURCES} `status` shows what is stopped. The next `run` starts it again.
    """,
)
start = _command(
    "start",
    f"""Start containers of the stack that do not run.

    {_RESOURCES} Nothing is updated or created; `run` does that.
    """,
)
