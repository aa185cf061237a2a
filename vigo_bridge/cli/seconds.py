# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of options that are a number of seconds, or a duration such as `5m`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import click

from ansible_collections.vigo.bridge.plugins.module_utils.common import durations
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError

#: A day, the longest time that is accepted.
_MOST = 86400
#: A week, the longest duration that is accepted.
_LONGEST = 7 * 86400.0


class Seconds(click.FloatRange):
    """A number of seconds, at most a day."""

    def __init__(self, least: float = 0) -> None:
        super().__init__(least, _MOST)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (self.min or 0) <= number <= _MOST:
            self.fail(
                f"{value!r} is not a number of seconds from {self.min:g} to {_MOST}", param, ctx
            )
        return number


def duration(shortest: float) -> Callable[..., float]:
    """Return a callback that reads a duration such as `5m` as seconds."""

    def callback(context: click.Context, parameter: click.Parameter, value: str) -> float:
        name = parameter.opts[0]
        try:
            length = durations.seconds(value, name)
        except ResourceError as error:
            raise click.UsageError(str(error)) from error
        if not shortest <= length <= _LONGEST:
            raise click.UsageError(
                f"{name} {value}: expected {shortest:g}s to {_LONGEST / 3600:g}h"
            )
        return length

    return callback


def every_option(shortest: float, help: str) -> Callable[..., Any]:
    """Return the option `--every`, the interval of what is repeated, in seconds."""
    return click.option(
        "--every",
        default="5m",
        show_default=True,
        metavar="DURATION",
        callback=duration(shortest),
        help=help,
    )
