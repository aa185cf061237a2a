# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of errors of attributes: the problem, the advice, and the invalid part."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.comma_strings import (
    NEXT_MOUNT,
    NotText,
    as_map,
    each,
)
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Blocked,
    Offset,
    Problems,
    ResourceError,
    SeveralErrors,
    errors_of,
    within,
)
from tests.properties import examples


def refuse_x(entry: str) -> str:
    if entry.startswith("x"):
        raise ResourceError(f"invalid entry {entry!r}", "write another one")
    return entry


#: a list, or a text -> the place of the first entry that begins with x
PLACES: list[tuple[Any, tuple[Any, ...]]] = [
    (["a", "b", "x"], (2,)),
    (["", " x "], (1,)),
    ("x", (Offset(0),)),
    ("a,b,x", (Offset(4),)),
    ("a, b ,, \n x ,x", (Offset(10),)),
]


@pytest.mark.parametrize(("value", "place"), PLACES)
def test_the_place_of_an_entry(value: Any, place: tuple[Any, ...]) -> None:
    with pytest.raises(ResourceError) as raised:
        each(value, refuse_x)
    assert raised.value.place == place


@given(st.lists(st.text("abx ", max_size=4)))
@settings(max_examples=examples(50))
def test_an_offset_is_where_the_entry_stands(entries: list[str]) -> None:
    text = ",".join(entries)
    try:
        assert each(text, refuse_x) == [entry.strip() for entry in entries if entry.strip()]
    except ResourceError as error:
        (offset,) = error.place
        assert text[offset] == "x"
        assert not any(entry.strip().startswith("x") for entry in text[:offset].split(",")[:-1])


def test_a_text_splits_before_mounts_only() -> None:
    with pytest.raises(ResourceError) as raised:
        each("/a:/b:ro,z,x:/c", refuse_x, NEXT_MOUNT)
    assert raised.value.place == (Offset(11),)


@pytest.mark.parametrize(
    ("value", "place"), [(["A=1", "B"], (1,)), ("A=1,B=2", None), ("word", (Offset(0),))]
)
def test_the_place_of_an_assignment(value: Any, place: tuple[Any, ...] | None) -> None:
    if place is None:
        assert as_map(value, "env") == {"A": "1", "B": "2"}
        return
    with pytest.raises(ResourceError) as raised:
        as_map(value, "env")
    assert raised.value.place == place


def test_places_grow_from_the_inside() -> None:
    with pytest.raises(ResourceError) as raised, within("networks"), within("front", "aliases"):
        raise ResourceError("invalid alias 'x'", "write a name", place=(2,))
    error = raised.value
    assert error.place == ("networks", "front", "aliases", 2)
    assert error.attribute == "networks"
    assert (error.problem, error.advice) == ("invalid alias 'x'", "write a name")
    assert error.message == str(error) == "invalid alias 'x'; write a name"


def test_an_error_without_a_place_blames_no_attribute() -> None:
    error = ResourceError("the disk is full")
    assert (error.attribute, error.advice, error.message) == ("", "", "the disk is full")


def test_the_message_names_the_place_of_what_is_no_text() -> None:
    with pytest.raises(NotText) as raised, within("env"):
        as_map({"A": ["b"]}, "env")
    assert raised.value.message == (
        "env: A: expected a string, not a list; write it as one quoted string"
    )


def test_several_errors_keep_their_places() -> None:
    problems = Problems()
    assert problems.of("ports", each, ["a", "x"], refuse_x) is None
    assert problems.of("dns", each, "a", refuse_x) == ["a"]
    assert problems.of("volumes", each, "x", refuse_x) is None
    with pytest.raises(SeveralErrors) as raised, within("web"):
        problems.refuse()
    places = [error.place for error in errors_of(raised.value)]
    assert places == [("web", "ports", 1), ("web", "volumes", Offset(0))]


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ([ResourceError, ResourceError], "failed"),
        ([Blocked, ResourceError], "failed"),
        ([Blocked, Blocked], "blocked"),
    ],
)
def test_the_status_of_several_errors(kinds: list[type[ResourceError]], status: str) -> None:
    assert SeveralErrors([kind("no answer") for kind in kinds]).status == status
