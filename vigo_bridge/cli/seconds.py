# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of options that are a number of seconds."""

from __future__ import annotations

import math
from typing import Any

import click

#: A day, the longest time that is accepted.
_MOST = 86400


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
