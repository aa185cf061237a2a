# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container's healthcheck: set in parts, completed from the image's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ..comma_strings import text
from ..durations import seconds
from ..errors import ResourceError
from .quantities import switch, whole

_OPTIONS = (
    "test",
    "interval",
    "timeout",
    "retries",
    "start_period",
    "start_interval",
    "disable",
)
_NANOSECONDS = 1000000000


@dataclass(frozen=True)
class Healthcheck:
    """What the user set of it. Times in nanoseconds; None: not set.

    test: as engines have it, ``("CMD", ...)``, ``("CMD-SHELL", LINE)`` or ``("NONE",)``.
    """

    test: tuple[str, ...] | None = None
    interval: int | None = None
    timeout: int | None = None
    retries: int | None = None
    start_period: int | None = None
    start_interval: int | None = None

    def merged(self, image: Mapping[str, Any] | None) -> dict[str, Any]:
        """The whole healthcheck as the API takes it. Podman ignores a partial one."""
        merged = dict(image or {})
        for key, value in self.payload().items():
            merged[key] = value
        return merged

    def payload(self) -> dict[str, Any]:
        """Only what is set, in the API's words."""
        values = {
            "Test": None if self.test is None else list(self.test),
            "Interval": self.interval,
            "Timeout": self.timeout,
            "Retries": self.retries,
            "StartPeriod": self.start_period,
            "StartInterval": self.start_interval,
        }
        return {key: value for key, value in values.items() if value is not None}

    def canonical(self) -> dict[str, Any]:
        """For the label: what is set, lower case."""
        return {key.lower(): value for key, value in self.payload().items()}


def parse(value: Any, attribute: str) -> Healthcheck:
    """A map as in compose, or a string: a shell line. Raises ResourceError."""
    if not isinstance(value, Mapping):
        value = {"test": value}
    for option in value:
        if option not in _OPTIONS:
            raise ResourceError(
                f"{attribute}: unknown option {option!r}; known: {', '.join(_OPTIONS)}"
            )
    if value.get("disable") is not None and switch(value["disable"], f"{attribute}.disable"):
        return Healthcheck(("NONE",))
    retries = value.get("retries")
    return Healthcheck(
        _test(value.get("test")),
        _time(value, "interval", attribute),
        _time(value, "timeout", attribute),
        None if retries in (None, "") else whole(retries, f"{attribute}.retries"),
        _time(value, "start_period", attribute),
        _time(value, "start_interval", attribute),
    )


def _test(value: Any) -> tuple[str, ...] | None:
    if value in (None, "", []):
        return None
    if not isinstance(value, (list, tuple)):
        return ("CMD-SHELL", text(value))
    words = tuple(text(item) for item in value)
    return words if words[0] in ("CMD", "CMD-SHELL", "NONE") else ("CMD", *words)


def _time(value: Mapping[str, Any], option: str, attribute: str) -> int | None:
    if value.get(option) in (None, ""):
        return None
    return round(seconds(value[option], f"{attribute}.{option}") * _NANOSECONDS)
