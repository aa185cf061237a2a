# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say how to go through a fleet."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from typing import Any

import click

from vigo_bridge.app.options import Rollout
from vigo_bridge.cli.options import Command, gathered
from vigo_bridge.cli.seconds import Seconds
from vigo_bridge.host_counts import BadSize, parse_batch_numbers, parse_batch_sizes, parse_budget
from vigo_bridge.run.rollout_options import RolloutOptions

_HOST = re.compile(r"[A-Za-z0-9._~:%-]+")
#: Visible ASCII; text before an @ would be a user name.
_URL = re.compile(r"[a-zA-Z]+://[!-?A-~]+(?:[/?#][!-~]*)?")


def reading(read: Callable[[str], Any]) -> Callable[..., Any]:
    """Return a callback for an option whose text a function reads; its errors are bad usage."""

    def callback(context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
        try:
            return None if value is None else read(value)
        except BadSize as error:
            raise click.BadParameter(str(error), context, parameter) from error

    return callback


def _command(text: str) -> str:
    if not text.strip():
        raise BadSize("the command is empty", "add what to run")
    return text


def _url(text: str) -> str:
    try:
        url = urllib.parse.urlsplit(text)
        host = url.hostname or ""
        host.encode("idna")  # raises what looking the name up would raise
        usable = url.scheme in ("http", "https") and bool(_HOST.fullmatch(host)) and url.port != 0
    except ValueError:
        usable = False
    if not usable or not _URL.fullmatch(text):
        raise BadSize(
            f"invalid URL {text!r}: expected http[s]://HOST[:PORT][/PATH] in ASCII, without a user"
            " name, such as https://app.example.com/health"
        )
    return text


def rollout_options(command: Command) -> Command:
    """Add the options; the command gets them as ``rollout``."""
    return gathered(
        command,
        "rollout",
        _rollout,
        click.option(
            "--batch-size",
            "batch_sizes",
            callback=reading(parse_batch_sizes),
            metavar="N|P%[,...]",
            help="Number of hosts in a batch; the last entry of a list repeats. Default: all"
            " hosts.",
        ),
        click.option(
            "--max-failures",
            callback=reading(parse_budget),
            metavar="N|P%",
            help="Stop before the next batch if more hosts than this have failed.  [default: 0]",
        ),
        click.option(
            "--health-check",
            callback=reading(_command),
            metavar="CMD",
            help="Command to run on each host of a batch; if it fails, the host counts as failed.",
        ),
        click.option(
            "--health-check-url",
            callback=reading(_url),
            metavar="URL",
            help="Fetch this URL from the controller after each batch; the status must be 2xx to"
            " continue.",
        ),
        click.option(
            "--health-retries",
            type=click.IntRange(1, 100_000),
            default=10,
            show_default=True,
            help="Number of attempts of a health check.",
        ),
        click.option(
            "--health-interval",
            type=Seconds(),
            metavar="SECONDS",
            default="3",
            show_default=True,
            help="Seconds between two attempts.",
        ),
        click.option(
            "--min-healthy-time",
            type=Seconds(),
            metavar="SECONDS",
            default="0",
            help="How long a host must stay healthy before it counts as done: its --health-check"
            " or, without one, its containers.",
        ),
        click.option(
            "--pause",
            type=Seconds(),
            metavar="SECONDS",
            default="0",
            help="Seconds between two batches.",
        ),
        click.option(
            "--pause-after",
            callback=reading(parse_batch_numbers),
            metavar="N[,...]",
            help="Pause only after these batches; with --pause, --confirm or both.",
        ),
        click.option(
            "--confirm",
            is_flag=True,
            help="Pause until you confirm the next batch, on the terminal or with `vigo-bridge"
            " rollout continue`.",
        ),
        click.option(
            "--before-batch",
            callback=reading(_command),
            metavar="CMD",
            help="Command to run on the controller before each batch; if it fails, the rollout"
            " stops.",
        ),
        click.option(
            "--after-batch",
            callback=reading(_command),
            metavar="CMD",
            help="Command to run on the controller after each batch, even if it failed.",
        ),
        click.option(
            "--on-failure",
            type=click.Choice(["stop", "rollback", "rollback-all"]),
            default="stop",
            show_default=True,
            help="If a host of a batch fails: stop; roll back the hosts of the batch to their state"
            " before this rollout, and stop; or roll back all hosts.",
        ),
        click.option("--resume", is_flag=True, help="Skip hosts that the last rollout finished."),
    )


def _rollout(*, resume: bool, **given: Any) -> Rollout:
    if given["pause_after"] and not (given["pause"] or given["confirm"]):
        raise click.UsageError(
            "--pause-after requires --confirm, or --pause with the number of seconds"
        )
    chosen = {name: value for name, value in given.items() if value is not None}
    return Rollout(RolloutOptions(**chosen), resume, frozenset(chosen))
