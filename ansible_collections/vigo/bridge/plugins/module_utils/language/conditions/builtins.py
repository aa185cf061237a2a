# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builtins of ``when``.

Each builtin reads its arguments when the condition is parsed, so that a mistake shows before a host
is contacted, and asks ``Facts`` when the condition is evaluated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, Iterable

from ...common.dataclass import dataclass
from ...common.errors import Advised
from ...host.traits import architecture, family, require_known

if TYPE_CHECKING:
    from ...host.facts import Facts  # not loaded to validate a stack

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: The longest number, in digits: int() takes quadratic time.
_VERSION = r"[0-9]{1,15}(?:\.[0-9]{1,15})*"


def _no_traits(*_values: Any) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Builtin:
    """One builtin.

    usage: how it is written, for error messages. readers: one for each argument, from its text
    to a value; they raise Advised. required: how many arguments
    must be there. holds: the answer, from Facts and the values; None if it
    cannot be predicted. needs: the names of the traits
    that it will ask for, from the values.
    """

    usage: str
    holds: Callable[..., bool | None]
    readers: tuple[Callable[[str], Any], ...] = ()
    required: int = 0
    needs: Callable[..., Iterable[str]] = _no_traits

    @property
    def name(self) -> str:
        return self.usage.partition("(")[0]


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise Advised(f"{text!r} is not an absolute path", "start it with '/'")
    return _text(text)


def _text(text: str) -> str:
    if not text.strip():
        raise Advised("the argument is empty", "add what to check")
    if re.search("[\0\ud800-\udfff]", text):
        raise Advised("the argument contains a character that is not allowed", "remove it")
    return text


def _word(text: str) -> str:
    return _text(text).strip().lower()


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise Advised(f"{text[:20]!r} is not an integer from {low} to {high}")
        return int(text)

    return read


def _week_days(text: str) -> frozenset[int]:
    """Return days of the week for ``mon``, ``Monday`` or ``sat,sun``; Monday is 0, as for
    datetime.
    """
    return frozenset(_week_day(part.strip().lower()) for part in text.split(","))


def _week_day(word: str) -> int:
    for number, day in enumerate(_DAYS):
        if word in (day, day[:3]):
            return number
    raise Advised(f"{word[:20]!r} is not a day", "write mon, tue, wed, thu, fri, sat or sun")


def _month_days(text: str) -> frozenset[int]:
    return frozenset(_number(1, 31)(part.strip()) for part in text.split(","))


def _trait_name(text: str) -> str:
    require_known(text)
    return text


def _version(text: str) -> tuple[int, ...]:
    if not re.fullmatch(_VERSION, text):
        raise Advised(f"{text[:20]!r} is not a version", "write numbers such as '12' or '22.04'")
    return _numbers(text)


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with, without trailing zeros: 12 and 12.0 are
    equal.
    """
    match = re.match("v?(" + _VERSION + ")", version)
    numbers = [int(part) for part in match.group(1).split(".")] if match else []
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _system_version_ge(facts: Facts, wanted: tuple[int, ...]) -> bool:
    """Return whether the system's version is new enough.

    A rolling distribution has no version, so it is not.
    """
    return _numbers(facts.trait("os.version")) >= wanted


def _in_range(value: int, start: int, end: int, size: int) -> bool:
    """Return whether ``value``, on a clock with ``size`` steps, is between ``start`` and the next
    ``end``.

    ``start`` belongs to the range, ``end`` does not; if both are equal, the range is the whole
    circle.
    """
    return (value - start) % size < ((end - start) % size or size)


def _has_trait(facts: Facts, name: str) -> bool:
    value = facts.trait(name)
    return any(value.values()) if isinstance(value, dict) else bool(value)


_ALL = (
    Builtin(
        "file_exists('/path')",
        lambda facts, path: facts.file_exists(path),
        (_path,),
        1,
    ),
    Builtin(
        "dir_exists('/path')",
        lambda facts, path: facts.dir_exists(path),
        (_path,),
        1,
    ),
    Builtin(
        "process_running('name')",
        lambda facts, name: facts.process_running(name),
        (_text,),
        1,
    ),
    Builtin(
        "command_succeeds('command')",
        lambda facts, command: facts.command_succeeds(command),
        (_text,),
        1,
    ),
    Builtin(
        "hour_range('22', '6')",
        lambda facts, start, end: _in_range(facts.now().hour, start, end, 24),
        (_number(0, 24), _number(0, 24)),
        2,
    ),
    Builtin(
        "minute_range('0', '30')",
        lambda facts, start, end: _in_range(facts.now().minute, start, end, 60),
        (_number(0, 60), _number(0, 60)),
        2,
    ),
    Builtin(
        "day_of_week('sat,sun')",
        lambda facts, days: facts.now().weekday() in days,
        (_week_days,),
        1,
    ),
    Builtin(
        "day_of_month('1,15')",
        lambda facts, days: facts.now().day in days,
        (_month_days,),
        1,
    ),
    Builtin(
        "os_family('debian')",
        lambda facts, wanted: facts.trait("os.family") == wanted,
        (lambda text: family(_word(text)),),
        1,
        lambda _wanted: ("os.family",),
    ),
    Builtin(
        "distro('ubuntu')",
        lambda facts, wanted: facts.trait("os.distro") == wanted,
        (_word,),
        1,
        lambda _wanted: ("os.distro",),
    ),
    Builtin(
        "arch('amd64')",
        lambda facts, wanted: facts.trait("os.arch") == wanted,
        (lambda text: architecture(_word(text)),),
        1,
        lambda _wanted: ("os.arch",),
    ),
    Builtin(
        "version_ge('22.04')",
        _system_version_ge,
        (_version,),
        1,
        lambda _wanted: ("os.version",),
    ),
    Builtin("is_container", lambda facts: facts.is_container()),
    Builtin(
        "has_enough_ram('2048')",
        lambda facts, megabytes=1024: facts.memory_mb() >= megabytes,
        (_number(1, 999_999_999),),
        needs=lambda *_megabytes: ("hardware.memory_mb",),
    ),
    Builtin("has_trait('cloud.provider')", _has_trait, (_trait_name,), 1, lambda name: (name,)),
)

#: All builtins by name. ``changed`` is not one of them: it checks nothing.
BUILTINS = {builtin.name: builtin for builtin in _ALL}
