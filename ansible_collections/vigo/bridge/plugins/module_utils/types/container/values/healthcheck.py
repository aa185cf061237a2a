# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container's healthcheck: missing parts are taken from the image's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping

from ....common import comma_strings
from ....common.comma_strings import text
from ....common.dataclass import dataclass, replace
from ....common.durations import seconds
from ....common.errors import Key, ResourceError, within
from ....common.integers import integer
from ....common.suggest import did_you_mean_or_one_of
from .process import revealed_words, sent_words
from .quantities import switch

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Making, Pair, Reveal
    from ..settings import Settings

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
#: The shortest time that engines accept.
_SHORTEST = 1000000
_KINDS = ("CMD", "CMD-SHELL", "NONE")
#: The settings of a check that sets only its test.
USUAL: dict[str, Any] = {
    "test": ("NONE",),
    "interval": 30000000000,
    "timeout": 30000000000,
    "retries": 3,
    "startperiod": 0,
    "startinterval": 5000000000,
}
_FORMS = "write a shell command, [CMD, PROGRAM, ARGUMENT], or disable: true"


@dataclass(frozen=True)
class Healthcheck:
    """The settings of a healthcheck. Times in nanoseconds; None: not set.

    test: as engines have it, ``("CMD", ...)``, ``("CMD-SHELL", LINE)`` or ``("NONE",)``.
    """

    test: tuple[str, ...] | None = None
    interval: int | None = None
    timeout: int | None = None
    retries: int | None = None
    start_period: int | None = None
    start_interval: int | None = None

    def merged(self, image: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the whole healthcheck for the API. Podman ignores a partial one."""
        merged = dict(image or {})
        for key, value in self.payload().items():
            merged[key] = value
        return merged

    def payload(self) -> dict[str, Any]:
        """Return what is set, under the API's names."""
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
        """Return what is set, in lower case, for the label."""
        return {key.lower(): value for key, value in self.payload().items()}


def parse(value: Any, attribute: str) -> Healthcheck:
    """Return the healthcheck of a map as in Compose, or of a shell command. Raise ResourceError."""
    if isinstance(value, bool):
        raise ResourceError(f"{attribute}: {text(value)!r} is not a healthcheck", _FORMS)
    if not isinstance(value, Mapping):
        value = {"test": value}
    for option in value:
        if option not in _OPTIONS:
            raise ResourceError(
                f"{attribute}: unknown option {option!r}",
                did_you_mean_or_one_of(str(option), _OPTIONS),
                place=(Key(option),),
            )

    def part(option: str, parser: Callable[[Any, str], Any]) -> Any:
        if value.get(option) in (None, ""):
            return None
        with within(option):
            return parser(value[option], f"{attribute}.{option}")

    if part("disable", switch):
        return Healthcheck(("NONE",))
    return Healthcheck(
        part("test", _test),
        part("interval", _time),
        part("timeout", _time),
        part("retries", _retries),
        part("start_period", _time),
        part("start_interval", _time),
    )


def _test(value: Any, attribute: str) -> tuple[str, ...] | None:
    """Return the words of a test. An engine that gets a kind without a command may crash."""
    if value == []:
        return None
    if not isinstance(value, (list, tuple)):
        return ("CMD-SHELL", _shell_line(text(value), attribute))
    words = comma_strings.words(value)
    kind, *rest = words if words[0] in _KINDS else ("CMD", *words)
    shown = f"{attribute}: {list(words)!r}"
    if words[0].upper() in _KINDS and words[0] not in _KINDS:
        raise ResourceError(f"{shown}: write {words[0].upper()} in capital letters")
    if kind == "NONE" and rest:
        raise ResourceError(f"{shown} has arguments after NONE", _FORMS)
    if kind != "NONE" and not (rest and rest[0].strip()):
        raise ResourceError(f"{shown} has no command", _FORMS)
    if kind == "CMD-SHELL" and len(rest) > 1:
        raise ResourceError(
            f"{shown} has more than one string after CMD-SHELL, and engines run only the first",
            "write one string, or a list that begins with CMD",
        )
    return (kind, *rest)


def _shell_line(line: str, attribute: str) -> str:
    """Return a shell command, which has none of the keywords of lists."""
    first = line.split()[:1]
    if not first:
        raise ResourceError(f"{attribute}: {line!r} has no command", _FORMS)
    if first[0].upper() in _KINDS:
        raise ResourceError(
            f"{attribute}: {line!r} is run by a shell, and {first[0]} is not a shell command",
            _FORMS,
        )
    return line


def _retries(value: Any, attribute: str) -> int | None:
    """Return the number of retries; 0 means not set for the engine."""
    number = integer(value, attribute)
    if not 0 <= number < 1 << 31:
        raise ResourceError(f"{attribute}: {number} is out of range: expected 1 to {(1 << 31) - 1}")
    return number or None


def _time(value: Any, attribute: str) -> int | None:
    """Return nanoseconds; 0 means not set for the engine."""
    length = seconds(value, attribute) * _NANOSECONDS
    if length and length < _SHORTEST:
        raise ResourceError(f"{attribute}: {value!r} is out of range: expected 1ms or more")
    return round(length) or None


def create(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the healthcheck for the create call, completed from the image's.

    Without a test it would mean nothing, and Podman 5 refuses it.
    """
    check = settings.healthcheck
    if check is None:
        return {}
    merged = check.merged(making.image.get("Healthcheck"))
    if check.test is not None:
        merged["Test"] = sent_words(check.test, making.reveal)
    return {"Config.Healthcheck": merged} if merged.get("Test") else {}


def revealed(check: Healthcheck, reveal: Reveal) -> Healthcheck:
    """Return the healthcheck with the values of the secrets in its test."""
    return check if check.test is None else replace(check, test=revealed_words(check.test, reveal))


def read(payload: Mapping[str, Any] | None) -> Healthcheck:
    """Return a healthcheck of an inspect payload."""
    payload = payload or {}
    return Healthcheck(
        tuple(payload.get("Test") or ()),
        payload.get("Interval") or 0,
        payload.get("Timeout") or 0,
        payload.get("Retries") or 0,
        payload.get("StartPeriod") or 0,
        payload.get("StartInterval") or 0,
    )


def form(check: Any) -> dict[str, Any]:
    """Return the fields by the label's keys. For engines, 0 is the same as not set."""
    fields = check.canonical() if isinstance(check, Healthcheck) else dict(check)
    if fields.get("test"):
        fields["test"] = tuple(fields["test"])
    return {key: value for key, value in fields.items() if value}


def unset(observed: Observed) -> dict[str, Any]:
    """Return the image's healthcheck, with the engine's defaults."""
    payload = observed.image_config.get("Healthcheck") or {}
    return {**USUAL, **form({key.lower(): value for key, value in payload.items()})}


def completed(
    named: Mapping[Any, Any], actual: Mapping[Any, Any], podman: bool
) -> Mapping[Any, Any]:
    """Return the fields with the engine's defaults."""
    return {**USUAL, **actual}


def as_one(pair: Pair) -> bool | None:
    """Return true if both have no test, as the other fields then mean nothing; else None."""
    tests = (pair.expected[0]["test"], pair.actual["test"])
    return True if tests == (USUAL["test"], USUAL["test"]) else None


def refuse_start_interval(check: Healthcheck) -> None:
    """Raise ResourceError for the interval that Podman ignores, whatever API version it has."""
    if check.start_interval is not None:
        raise ResourceError(
            "healthcheck.start_interval is not supported with Podman, which ignores it", "remove it"
        )
