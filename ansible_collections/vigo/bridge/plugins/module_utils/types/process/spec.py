# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses attributes into a frozen spec: which processes run, and how many."""

from __future__ import annotations

import re
from typing import Any, Mapping, Pattern

from ...common import durations, signals
from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError, within
from ...common.integers import integer
from ...host.processes import LOGIN_SERVICES, Process

#: How long processes may take to end before they are killed, in seconds.
_KILL_TIMEOUT = 10.0
#: Processes without which the machine cannot be reached, or does not work.
_NEEDED = LOGIN_SERVICES | {"init", "systemd", "sshd-session"}
#: Signals that do not end a process.
_HARMLESS = frozenset(
    filter(
        None, map(signals.number, ["CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "WINCH"])
    )
)
_OF_STATE = {
    "running": ("count", "min", "max", "restart_method"),
    "stopped": ("signal", "kill_timeout"),
}


@dataclass(frozen=True)
class ProcessSpec:
    """Which processes to match, and how to start and end them.

    pattern: matches a part of the command line; None if ``process`` is a name. least, most:
    how many have to run; most is None if any number may. restart_method: a command with its
    references to secrets, or an empty text. signal: a number.
    """

    process: str
    pattern: Pattern[str] | None
    state: str
    least: int = 1
    most: int | None = None
    restart_method: str = ""
    signal: int = 15
    kill_timeout: float = _KILL_TIMEOUT

    def matches(self, process: Process) -> bool:
        if self.pattern is None:
            return self.process in process.names
        return self.pattern.search(process.command_line) is not None

    def accepts(self, number: int) -> bool:
        """Return whether this number of processes may run."""
        return self.least <= number and (self.most is None or number <= self.most)

    @property
    def expected(self) -> str:
        """How many have to run, in words."""
        if self.most is None:
            return f"at least {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


def parse(attributes: Mapping[str, Any]) -> ProcessSpec:
    """Return the spec.

    Raise ResourceError for attributes that are invalid or would cut the machine off.
    """
    given = {name: value for name, value in attributes.items() if value not in (None, "")}
    problems = Problems()
    state, process = str(given.get("state", "running")), str(given.get("process", "")).strip()
    is_exact = problems.of("match_mode", _is_exact, given.get("match_mode", "exact"))
    with problems.collected():
        _check_state(state, given)
    if not process:
        raise ResourceError(
            "process is missing or empty", "add the name of the program", place=("process",)
        )
    if state == "stopped" and is_exact:
        problems.of("process", _refuse_needed, process)
    pattern = problems.of("process", _pattern, process) if is_exact is False else None
    if state == "stopped" and pattern is not None:
        problems.of("process", _refuse_everything, pattern)
    least, most = 1, None
    with problems.collected():
        least, most = _range(given)
    signal = problems.of("signal", _signal, given.get("signal", "TERM"))
    kill_timeout = given.get("kill_timeout", _KILL_TIMEOUT)
    limit = problems.of("kill_timeout", durations.seconds, kill_timeout, "kill_timeout")
    problems.refuse()
    method = str(given.get("restart_method", ""))
    return ProcessSpec(process, pattern, state, least, most, method, signal, limit)


def is_needed(process: Process) -> bool:
    """Return whether the machine depends on a process."""
    return process.number == 1 or process.is_kernel or bool(process.names & _NEEDED)


def _is_exact(mode: Any) -> bool:
    if mode not in ("exact", "pattern"):
        raise ResourceError(f"match_mode: {mode!r} is neither exact nor pattern")
    return bool(mode == "exact")


def _check_state(state: str, given: Mapping[str, Any]) -> None:
    if state not in _OF_STATE:
        raise ResourceError(f"state: {state!r} is neither running nor stopped", place=("state",))
    for other, names in _OF_STATE.items():
        for name in names:
            if other != state and name in given:
                raise ResourceError(
                    f"{name} requires state {other}, but state is {state}",
                    f"remove {name}, or set state: {other}",
                    place=(name,),
                )


def _refuse_needed(process: str) -> None:
    if process.rpartition("/")[2] in _NEEDED:
        raise ResourceError(
            f"process: {process!r} must not be stopped: the machine would become unreachable",
            "name another process",
        )


def _refuse_everything(pattern: Pattern[str]) -> None:
    if pattern.search(""):
        raise ResourceError(
            f"process: the pattern {pattern.pattern!r} matches every process",
            "write one that contains the name of a program",
        )


def _pattern(process: str) -> Pattern[str]:
    try:
        return re.compile(process)
    except (re.error, OverflowError, RecursionError) as error:
        raise ResourceError(
            f"process: invalid regular expression {process!r}: {error}",
            "correct it, or set match_mode: exact",
        ) from None


def _range(given: Mapping[str, Any]) -> tuple[int, int | None]:
    """Return the minimum and maximum number of processes."""
    count = {}
    for name in ("count", "min", "max"):
        if name in given:
            with within(name):
                count[name] = _number(given[name], name)
    if "count" in count:
        if len(count) > 1:
            raise ResourceError(
                "count cannot be combined with min or max",
                "keep count, or min and max",
                place=("count",),
            )
        return count["count"], count["count"]
    least, most = count.get("min", 1), count.get("max")
    if most is not None and most < least:
        advice = "to run none, set state: stopped" if most == 0 else "correct one of them"
        raise ResourceError(
            f"max: {most} is less than min, which is {least}", advice, place=("max",)
        )
    return least, most


def _number(value: Any, name: str) -> int:
    number = integer(value, name)
    if number < 0 or (name == "count" and number == 0):
        advice = "to run none, set state: stopped" if number == 0 else "write 1 or more"
        raise ResourceError(f"{name}: invalid number of processes {number}", advice)
    return number


def _signal(written: Any) -> int:
    number = signals.number(signals.parse(written, "signal"))
    if number is None or number in _HARMLESS:
        raise ResourceError(f"signal: {written} does not end a process", "write TERM, INT or KILL")
    return number
