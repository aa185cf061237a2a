# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions: what they mean, and how mistakes in them are reported."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions import when
from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions.builtins import (
    BUILTINS,
)
from tests.properties import examples


class KnownMachine(Facts):
    """A machine whose clock, traits and kind are given; files and processes are real."""

    def __init__(self, time: str = "2026-03-04 12:00", container: bool = False, **known: Any):
        super().__init__()
        self._time = datetime.fromisoformat(time)
        self._container = container
        self._known = {name.replace("__", "."): value for name, value in known.items()}

    def now(self) -> datetime:
        return self._time

    def is_container(self) -> bool:
        return self._container

    def trait(self, name: str) -> Any:
        return self._known[name] if name in self._known else super().trait(name)


def holds(text: str, **machine: Any) -> bool | None:
    return when.parse(text).holds(KnownMachine(**machine))


T, F = "dir_exists('/')", "file_exists('/nothing/here')"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (T, True),
        (F, False),
        (f"!{F}", True),
        (f"!!{T}", True),
        (f"{T} && {T}", True),
        (f"{T}&&{F}", False),
        (f"{F} || {T}", True),
        (f"{F} || {F}", False),
        # && binds tighter than ||, and ! tighter than both.
        (f"{T} || {T} && {F}", True),
        (f"({T} || {T}) && {F}", False),
        (f"{F} && {F} || {T}", True),
        (f"!{F} && {T}", True),
        (f"!({F} && {T})", True),
        (f"!({T} || {F})", False),
        (f"  (\n{T}\n)\t", True),
        ("changed", True),
        ("changed()", True),
        (f"changed && {F}", False),
        (f"{T} && (changed)", True),
        ("is_container", False),
        ("!is_container()", True),
    ],
)
def test_operators(text: str, expected: bool) -> None:
    assert holds(text) is expected


def test_operands_are_asked_only_as_far_as_needed(tmp_path: Path) -> None:
    trace = tmp_path / "asked"
    asking = f"command_succeeds('touch {trace}')"
    assert not holds(f"{F} && {asking}")
    assert holds(f"{T} || {asking}")
    assert not trace.exists()
    assert holds(f"{T} && {asking}")
    assert trace.exists()


@pytest.mark.parametrize(
    ("text", "gated", "traits"),
    [
        ("changed", True, []),
        ("is_container && (changed && !is_container)", True, []),
        ("changed && (is_container || is_container)", True, []),
        ("changed && changed", True, []),
        ("is_container", False, []),
        ("!os_family('debian') || arch('arm64')", False, ["os.arch", "os.family"]),
        ("distro('ubuntu') && version_ge('22.04')", False, ["os.distro", "os.version"]),
        ("has_enough_ram && has_trait('cloud')", False, ["cloud", "hardware.memory_mb"]),
    ],
)
def test_gates_and_traits(text: str, gated: bool, traits: list[str]) -> None:
    condition = when.parse(text)
    assert condition.gated is gated
    assert sorted(condition.traits()) == traits
    assert condition.text == text


@pytest.mark.parametrize(
    ("time", "text", "expected"),
    [
        # 2026-03-04 is a Wednesday.
        ("2026-03-04 08:59", "hour_range(9,17)", False),
        ("2026-03-04 09:00", "hour_range(9,17)", True),
        ("2026-03-04 16:59", "hour_range('9', '17')", True),
        ("2026-03-04 17:00", 'hour_range("9", "17")', False),
        ("2026-03-04 21:59", "hour_range(22,6)", False),
        ("2026-03-04 22:00", "hour_range(22,6)", True),
        ("2026-03-04 00:00", "hour_range(22,6)", True),
        ("2026-03-04 05:59", "hour_range(22,6)", True),
        ("2026-03-04 06:00", "hour_range(22,6)", False),
        ("2026-03-04 23:59", "hour_range(20,24)", True),
        ("2026-03-04 00:00", "hour_range(20,24)", False),
        ("2026-03-04 13:00", "hour_range(0,24)", True),
        ("2026-03-04 13:00", "hour_range(5,5)", True),
        ("2026-03-04 12:29", "minute_range(0,30)", True),
        ("2026-03-04 12:30", "minute_range(0,30)", False),
        ("2026-03-04 12:55", "minute_range(50,10)", True),
        ("2026-03-04 12:09", "minute_range(50,10)", True),
        ("2026-03-04 12:10", "minute_range(50,10)", False),
        ("2026-03-04 12:00", "day_of_week('wed')", True),
        ("2026-03-04 12:00", "day_of_week('Wednesday')", True),
        ("2026-03-04 12:00", "day_of_week('sat, sun')", False),
        ("2026-03-08 12:00", "day_of_week('sat, sun')", True),
        ("2026-03-04 12:00", "day_of_month(4)", True),
        ("2026-03-04 12:00", "day_of_month('1,15')", False),
        ("2026-03-15 12:00", "day_of_month('1,15')", True),
    ],
)
def test_time(time: str, text: str, expected: bool) -> None:
    assert holds(text, time=time) is expected


@pytest.mark.parametrize(
    ("text", "trait", "value", "expected"),
    [
        ("os_family('redhat')", "os.family", "rhel", True),
        ("os_family('rhel')", "os.family", "rhel", True),
        ("os_family('RedHat')", "os.family", "rhel", True),
        ("os_family('debian')", "os.family", "rhel", False),
        ("distro('Ubuntu')", "os.distro", "ubuntu", True),
        ("arch('x86_64')", "os.arch", "amd64", True),
        ("arch('aarch64')", "os.arch", "arm64", True),
        ("arch('amd64')", "os.arch", "arm64", False),
        ("version_ge('22.04')", "os.version", "22.04", True),
        ("version_ge('22.04')", "os.version", "22.10", True),
        ("version_ge('22.04')", "os.version", "20.04", False),
        ("version_ge(9)", "os.version", "12", True),
        ("version_ge('12.0')", "os.version", "12", True),
        ("version_ge('12')", "os.version", "12.0", True),
        ("version_ge('3.9')", "os.version", "3.20.1", True),
        ("version_ge('3.21')", "os.version", "3.21_alpha20240807", True),
        ("version_ge('1')", "os.version", "", False),
        ("version_ge('1')", "os.version", "rolling", False),
        ("version_ge('24.06')", "os.version", "v24.06", True),
        ("has_enough_ram", "hardware.memory_mb", 1024, True),
        ("has_enough_ram", "hardware.memory_mb", 1023, False),
        ("has_enough_ram('2048')", "hardware.memory_mb", 2047, False),
        ("has_enough_ram(2048)", "hardware.memory_mb", 2048, True),
        ("has_trait('cloud.provider')", "cloud.provider", "", False),
        ("has_trait('cloud.provider')", "cloud.provider", "aws", True),
        ("has_trait('cloud')", "cloud", {"provider": ""}, False),
        ("has_trait('cloud')", "cloud", {"provider": "aws"}, True),
        ("has_trait('network.ip_addresses')", "network.ip_addresses", [], False),
    ],
)
def test_traits(text: str, trait: str, value: Any, expected: bool) -> None:
    assert holds(text, **{trait.replace(".", "__"): value}) is expected


def test_container() -> None:
    assert holds("is_container", container=True)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "expected a builtin, '!' or '(', found the end"),
        ("changed &&", 10, "found the end"),
        ("changed )", 8, "expected '&&', '||' or the end, found ')'"),
        ("(changed", 8, "expected '&&', '||' or ')', found the end"),
        ("is_contaner", 0, "unknown builtin 'is_contaner'; did you mean 'is_container'?"),
        ("!File_exists('/x')", 1, "did you mean 'file_exists'?"),
        ("changd", 0, "did you mean 'changed'?"),
        ("xyzzy", 0, "use one of changed, file_exists"),
        ("is_container and changed", 13, "found 'and'; write '&&'"),
        ("is_container or is_container", 13, "write '||'"),
        ("not is_container", 0, "write '!'"),
        ("is_container & changed", 13, "write '&&'"),
        ("is_container | changed", 13, "write '||'"),
        ("os_family == 'debian'", 10, "unexpected '='"),
        ("file_exists(/etc)", 12, "unexpected '/'"),
        ("file_exists('/etc", 12, "the quote ' is not closed; close it"),
        ("os_family(debian)", 10, "expected an argument in quotes, found 'debian'"),
        ("os_family('debian'", 18, "expected ',' or ')', found the end"),
        ("os_family('debian',)", 19, "expected an argument in quotes"),
        ("os_family", 0, "os_family with 0 arguments; write os_family('debian')"),
        ("hour_range('1')", 0, "write hour_range('22', '6')"),
        ("is_container('x')", 0, "write is_container"),
        ("changed('x')", 8, "takes no arguments"),
        ("file_exists('etc')", 12, "'etc' is not an absolute path"),
        (
            "process_running(' ')",
            16,
            "process_running: the argument is empty; add what to check",
        ),
        ("command_succeeds('a\0b')", 17, "is not allowed"),
        ("command_succeeds('\ud800')", 17, "is not allowed"),
        ("hour_range(1, 25)", 14, "'25' is not an integer from 0 to 24"),
        ("hour_range('x', 2)", 11, "'x' is not an integer"),
        ("day_of_week('noday')", 12, "'noday' is not a day; write mon"),
        ("day_of_month('0')", 13, "from 1 to 31"),
        ("version_ge('new')", 11, "'new' is not a version"),
        ("version_ge('12-rc1')", 11, "'12-rc1' is not a version"),
        ("has_trait('os.famly')", 10, "did you mean 'os.family'?"),
        ("!changed", 1, "'changed' cannot be negated"),
        ("!(changed && is_container)", 2, "cannot be negated"),
        ("is_container && !(is_container && changed)", 34, "cannot be negated"),
        ("!(is_container || changed)", 18, "cannot be negated"),
        ("changed || is_container", 0, "cannot be an operand of '||'"),
        ("is_container || (is_container && changed)", 33, "cannot be an operand of '||'"),
        ("changed && (is_container || changed)", 28, "cannot be an operand of '||'"),
    ],
)
def test_mistakes(text: str, offset: int, message: str) -> None:
    with pytest.raises(when.ConditionError) as raised:
        when.parse(text)
    assert message in raised.value.message
    assert raised.value.offset == offset
    assert str(raised.value) == f"{raised.value.message} (character {offset + 1})"


@pytest.mark.parametrize(
    "text",
    ["(" * 51 + T + ")" * 51, "!" * 51 + T, "(" * 100_000, "!(" * 100_000],
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(when.ConditionError, match="deeper than 50") as raised:
        when.parse(text)
    assert raised.value.offset == 50


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000,
        "'" * 200_000,
        "is_container(" * 50_000,
        "hour_range(" + "9" * 200_000 + ",1)",
        "version_ge('" + "9." * 100_000 + "x')",
        "has_trait('" + "o" * 200_000 + "')",
        "day_of_month('" + "1" * 200_000 + "')",
        "is_container && " * 50_000,
        " " * 200_000 + "=",
    ],
)
def test_long_hostile_texts_end_quickly(text: str) -> None:
    """Quadratic work on any of these would take minutes."""
    with pytest.raises(when.ConditionError):
        when.parse(text)


def test_long_chains_are_no_nesting() -> None:
    assert holds(" && ".join([T] * 20_000))
    assert holds(" || ".join([F] * 2_000 + [T]))


@given(st.text())
@settings(max_examples=examples(40))
def test_any_text_is_a_condition_or_a_condition_error(text: str) -> None:
    _parse_or_condition_error(text)


PIECES = ["&&", "||", "!", "(", ")", ",", " ", "'", '"', "/", "changed", "7", "'/x'", "'mon'"]


@given(st.lists(st.sampled_from([*PIECES, *BUILTINS]), max_size=12).map("".join))
@settings(max_examples=examples(60))
def test_any_words_are_a_condition_or_a_condition_error(text: str) -> None:
    _parse_or_condition_error(text)


@given(st.sampled_from(sorted(BUILTINS)), st.lists(st.text(), max_size=2))
@settings(max_examples=examples(40))
def test_any_arguments_are_a_condition_or_a_condition_error(name: str, given: list[str]) -> None:
    _parse_or_condition_error(f"{name}({', '.join(map(repr, given))})")


def _parse_or_condition_error(text: str) -> None:
    problem = None
    try:
        assert when.parse(text).text == text
    except when.ConditionError as error:
        problem = error
    assert problem is None or (problem.message and 0 <= problem.offset <= len(text))


LEAVES = st.sampled_from([(T, True), (F, False)])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: (f"!({one[0]})", not one[1])),
        st.tuples(inner, inner).map(
            lambda two: (f"({two[0][0]}) && ({two[1][0]})", two[0][1] and two[1][1])
        ),
        st.tuples(inner, inner).map(
            lambda two: (f"({two[0][0]}) || ({two[1][0]})", two[0][1] or two[1][1])
        ),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
@settings(max_examples=examples(20))
def test_operators_mean_what_they_mean_in_logic(expression: tuple[str, bool]) -> None:
    text, expected = expression
    assert holds(text) is expected
