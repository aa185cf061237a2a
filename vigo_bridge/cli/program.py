# SPDX-License-Identifier: GPL-3.0-or-later
"""The program: all commands, and how a call ends."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import Any, NoReturn

import click

from vigo_bridge.cli.lazy_commands import Later, add_later
from vigo_bridge.failures import Ended, Failure, Interrupted, Refusal
from vigo_bridge.report import exit_status
from vigo_bridge.run.signals import ended_by_signals

_OF_WRITING = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Program(click.Group):
    """Ends with our exit statuses: click's own 2 for bad usage would mean `changes pending`."""

    def main(self, *args: Any, **options: Any) -> NoReturn:
        open_closed_streams()
        for stream in (sys.stdout, sys.stderr):
            # What the user's locale has no character for is escaped.
            if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
                stream.reconfigure(errors="backslashreplace")
        try:
            _require_folder()
            with ended_by_signals():
                status = super().main(*args, **{**options, "standalone_mode": False})
                sys.stdout.flush()
        except click.ClickException as error:
            text = io.StringIO()
            error.show(text)
            _echo(text.getvalue())
            status = exit_status.INVALID
        except Failure as error:
            touched = "Nothing was changed.\n" if isinstance(error, Refusal) else ""
            _echo(f"Error: {error}\n{touched}")
            status = exit_status.INVALID
        except Ended as error:
            status = error.status
        except (click.Abort, Interrupted):
            _echo("Interrupted.\n")
            status = exit_status.INTERRUPTED
        except OSError as error:
            status = _failed(error)
        sys.exit(status)


def open_closed_streams() -> None:
    """Open /dev/null for standard streams that the caller closed.

    Otherwise another file would get the number of one, and programs that are started here would
    write to that file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, "r" if number == 0 else "w"))  # noqa: PTH123, SIM115


def _require_folder() -> None:
    """Raise an error in a folder that was deleted: relative paths would have no meaning."""
    try:
        os.getcwd()  # noqa: PTH109 - pathlib takes long to import
    except FileNotFoundError:
        raise Refusal(
            'the current folder no longer exists; change to another one, or run `cd "$PWD"`'
            " if it was recreated"
        ) from None


def _failed(error: OSError) -> int:
    """Print an error of the operating system, and return the exit status."""
    # Imported here, as the list of commands does not need it.
    from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained

    if error.filename is None and error.errno in _OF_WRITING:
        # Other files are named where they cannot be written.
        error.filename = "standard output"
        _drop_output()
    if error.errno != errno.EPIPE:  # A reader such as `head` closes it early on purpose.
        with contextlib.suppress(OSError):
            _echo(f"Error: {explained(error)}\n")
    return exit_status.INVALID


def _drop_output() -> None:
    """Discard the remaining output, which Python would try to write again at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _echo(text: str) -> None:
    # Imported here, as the list of commands does not need it.
    from vigo_bridge.report.printing import echo

    echo(text, err=True, nl=False)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vigo-bridge")
def program() -> None:
    """Apply Vigo stacks (.vgo files) with Ansible.

    Call `vigo-bridge config validate` first, then `plan` to review the changes, then `run`.
    """


add_later(
    program,
    Later(
        "init",
        "init:init",
        "Create a small working stack in DIR.",
    ),
    Later("config", "config:config", "Inspect a stack without connecting to hosts."),
    Later(
        "envoys",
        "envoys:envoys",
        "List the hosts of the stack, and converge them.",
    ),
    Later("plan", "run:plan", "Show what `run` would change."),
    Later(
        "run",
        "run:run",
        "Converge the hosts to the stack, all at once or in batches.",
    ),
    Later(
        "watch",
        "watch:watch",
        "Compare the hosts with the stack in each turn, and report or repair what differs.",
    ),
    Later(
        "build",
        "build:build",
        "Build images with docker, push them, and set the variables that name them.",
    ),
    Later("exec", "exec_:exec_", "Run CMD in a container, on every host that has it."),
    Later(
        "logs",
        "logs:logs",
        "Show the logs of the stack's containers on all hosts, merged by time.",
    ),
    Later("status", "status:status", "Show the state of the stack on the hosts, problems first."),
    Later(
        "restart",
        "power:restart",
        "Restart containers of the stack, all at once or in batches.",
    ),
    Later(
        "stop",
        "power:stop",
        "Stop containers of the stack until the next `run` or `start`.",
    ),
    Later("start", "power:start", "Start containers of the stack that do not run."),
    Later(
        "pull",
        "pull:pull",
        "Pull the images of the stack's containers, ahead of a run.",
    ),
    Later(
        "down",
        "down:down",
        "Remove the stack's containers and networks from the hosts.",
    ),
    Later("task", "task:task", "Run a command on many hosts."),
    Later(
        "history",
        "history:history",
        "List your rollouts on this machine, newest last.",
    ),
    Later(
        "rollout",
        "rollout:rollout",
        "Continue or abort a rollout that waits for a confirmation, or undo one that failed.",
    ),
    Later(
        "rollback",
        "rollback:rollback",
        "Converge the hosts to what rollout NUMBER rolled out (default: the last successful one).",
    ),
    Later(
        "generate",
        "generate:generate",
        "Write the Ansible project to FOLDER.",
    ),
    Later("import", "import_:import_", "Convert existing files to a stack."),
    Later("schema", "schema:schema", "Print the JSON Schema of .vgo files, for editors."),
    Later(
        "secrets",
        "secrets:secrets",
        "Manage the secrets that a stack refers to with `secret:PATH`.",
    ),
    Later("mesh", "mesh:mesh", "Run parts of a rollout on this machine, as a node of a mesh."),
    Later(
        "completion",
        "completion:completion",
        "Print the completion script for SHELL.",
    ),
)
