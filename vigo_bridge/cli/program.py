# SPDX-License-Identifier: GPL-3.0-or-later
"""The program: all commands, and how a call ends."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from vigo_bridge.cli.completion import completion
from vigo_bridge.cli.config import config
from vigo_bridge.cli.converge import plan, run
from vigo_bridge.cli.envoys import envoys
from vigo_bridge.cli.generate import generate
from vigo_bridge.cli.history import history
from vigo_bridge.cli.import_ import import_
from vigo_bridge.cli.init import init
from vigo_bridge.cli.schema import schema
from vigo_bridge.cli.secrets import secrets
from vigo_bridge.cli.task import task
from vigo_bridge.report import exit_status


class Program(click.Group):
    """Ends with our exit statuses: click's own 2 for bad usage would mean `changes pending`."""

    def main(self, *args: Any, **options: Any) -> NoReturn:
        try:
            status = super().main(*args, **{**options, "standalone_mode": False})
        except click.ClickException as error:
            error.show()
            status = exit_status.INVALID
        except click.Abort:
            click.echo("Interrupted; nothing was touched.", err=True)
            status = exit_status.INTERRUPTED
        sys.exit(status)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vigo-bridge")
def program() -> None:
    """Runs the stacks of Vigo's .vgo files with Ansible.

    Start with `vigo-bridge config validate`, look at `vigo-bridge plan`, then
    `vigo-bridge run`.
    """


program.add_command(init)
program.add_command(config)
program.add_command(envoys)
program.add_command(plan)
program.add_command(run)
program.add_command(task)
program.add_command(history)
program.add_command(generate)
program.add_command(import_)
program.add_command(schema)
program.add_command(secrets)
program.add_command(completion)
