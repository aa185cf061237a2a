# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge secrets``: the stack's secret stores."""

from __future__ import annotations

import sys

import click

from vigo_bridge.app import secrets as app
from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.stack_loading import load_valid
from vigo_bridge.cli.options import output_option, stack_options
from vigo_bridge.failures import Failure
from vigo_bridge.report import exit_status
from vigo_bridge.report.printing import echo, echo_json


@click.group()
def secrets() -> None:
    """Manage the secrets that a stack refers to with `secret:PATH`."""


@secrets.command("set")
@click.argument("path")
@stack_options
def set_(path: str, stack: StackOptions) -> None:
    """Store a secret in the stack's vault file.

    The value is entered without echo, or read from standard input. The file is created if it does
    not exist.
    """
    file = app.file_for(stack.folder, path)
    app.store(file, path, _typed(path))


@secrets.command("list")
@stack_options
def list_(stack: StackOptions) -> None:
    """List the paths of the secrets in the stack's vault file.

    The values are not shown.
    """
    for path in app.stored(stack.folder):
        echo(path)


@secrets.command()
@output_option
@stack_options
@click.pass_context
def check(context: click.Context, stack: StackOptions, output: str) -> None:
    """List the stack's secrets, and report missing ones.

    For each secret, the output shows where it is used, and whether a store has it.
    """
    found = app.checked(load_valid(stack, output))
    if output == "json":
        document = {
            secret.path: {
                "found": secret.state == "found",
                "state": secret.state,
                "positions": [str(position) for position in secret.positions],
            }
            for secret in found
        }
        echo_json(document)
    else:
        for secret in found:
            echo(f"{secret.state:7}  {secret.path}")
            for position in secret.positions:
                echo(f"         {stack.folder / position.file}:{position.line}")
    if any(secret.state != "found" for secret in found):
        context.exit(exit_status.INVALID)


def _typed(path: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(path, hide_input=True, confirmation_prompt=True))
    try:
        return sys.stdin.buffer.read().decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Failure(
            f"the secret {path} would not be UTF-8 text; encode it, for example with base64"
        ) from error
