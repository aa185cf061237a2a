# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of unquoted values: the import accepts and reads the same values as Compose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.yaml_files import read_yaml
from vigo_bridge.compose.findings import ComposeError, Errors
from vigo_bridge.compose.importer import read_compose
from vigo_bridge.compose.loading.dialect import read_document
from vigo_bridge.compose.loading.loader import SECTIONS
from vigo_bridge.compose.loading.plain_scalars import taken_by_compose
from vigo_bridge.compose.loading.scalar_places import with_taken_scalars
from vigo_bridge.compose.reading import shapes
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Scalar, scalars

TABLE = read_yaml(Path(__file__).parent / "scalars.yaml")
PLACES = {each["place"]: each for each in TABLE["places"]}
MARK = "mark"
#: Values that Compose cuts to 32 or 64 bits in places for numbers; the import refuses them.
LARGE = ("1e21", "18446744073709551615", "18446744073709551616")


def all_scalars(text: str, taken: bool) -> list[Scalar]:
    """Return every scalar of a compose file's sections. taken: as Compose reads it."""
    found: list[Scalar] = []
    errors = Errors()
    for key, value in read_document(Path("compose.yml"), text.encode()).content.entries:
        if key.text in SECTIONS:
            assert isinstance(value, Fields)
            found += scalars(with_taken_scalars(key.text, value, errors) if taken else value)
    errors.raise_all()
    return found


def refusal(text: str, folder: Path) -> str:
    """Return the import's error for a file that it refuses."""
    (folder / "compose.yml").write_text(text)
    try:
        found = read_compose([folder / "compose.yml"], {}, match="*")
    except ComposeError as error:
        return str(error.finding)
    return next((str(each) for each in found.findings if each.severity == "lost"), "")


@pytest.mark.parametrize("place", PLACES)
def test_a_place(place: str, tmp_path: Path) -> None:
    """Only what Compose takes and drops, or cuts to its size of integers, may be refused, too."""
    case: dict[str, Any] = PLACES[place]
    texts = [each.text for each in all_scalars(case["file"].replace("@", MARK), taken=False)]
    for name in ("f", "e"):
        (tmp_path / name).touch()
    is_flag = place in ("privileged", "depends_on.required")
    for value in TABLE["values"]:
        text = case["file"].replace("@", value)
        if value not in case["takes"]:
            assert refusal(text, tmp_path), value
            continue
        expected = case["takes"][value]
        try:
            found = all_scalars(text, taken=True)[texts.index(MARK)]
        except ComposeError:
            assert expected is None or value in LARGE, value
            continue
        if is_flag:
            assert str(shapes.flag(found)).lower() == expected, value
        elif found.data is None:
            assert not expected, value
        elif value not in LARGE or place.endswith("{}"):
            assert found.text == (expected or "0"), value


#: unquoted value -> what Compose makes of it, and how Go prints it
PLAIN = {
    "1e5": ("float", "100000"),
    "1e6": ("float", "1e+06"),
    "12345678.5": ("float", "1.23456785e+07"),
    "123456.5": ("float", "123456.5"),
    "0.0001": ("float", "0.0001"),
    "0.00001": ("float", "1e-05"),
    "-1e7": ("float", "-1e+07"),
    "1e2_0": ("float", "1e+20"),
    "123456789012345678901234567890": ("float", "1.2345678901234568e+29"),
    "0B11": ("integer", "3"),
    "0X1f": ("integer", "31"),
    "0O17": ("integer", "15"),
    "+0x10": ("integer", "16"),
    "-9223372036854775808": ("integer", "-9223372036854775808"),
    "-9223372036854775809": ("float", "-9.223372036854776e+18"),
    "0x10000000000000000": ("string", "0x10000000000000000"),
    "1e": ("string", "1e"),
    "._5": ("string", "._5"),
    "0x": ("string", "0x"),
    "1.2.3": ("string", "1.2.3"),
    "9" * 5000: ("string", "9" * 5000),
    "+.INF": ("float", "+.INF"),
    ".NaN": ("float", ".NaN"),
    "0001-01-01": ("date", "0001-01-01 00:00:00 +0000 UTC"),
    "2024-02-30": ("string", "2024-02-30"),
    "2024-01-02T03:04:05": ("string", "2024-01-02T03:04:05"),
    "2024-01-02 03:04:05 -5": ("string", "2024-01-02 03:04:05 -5"),
    "2024-01-02t03:04:05.1234567890Z": ("date", "2024-01-02 03:04:05.123456789 +0000 UTC"),
    "Yes": ("string", "Yes"),
    "tRue": ("string", "tRue"),
    "Null": ("null", ""),
}


@pytest.mark.parametrize(("text", "expected"), PLAIN.items())
def test_an_unquoted_value(text: str, expected: tuple[str, str]) -> None:
    found = taken_by_compose(Scalar(text, None, Position("f", 1, 1)))
    assert (found.kind, found.text) == expected


@pytest.mark.parametrize("style", ["'", '"', "|", ">"])
def test_a_quoted_value_is_a_string(style: str) -> None:
    found = taken_by_compose(Scalar("1_000", "1_000", Position("f", 1, 1), style=style))
    assert (found.kind, found.text) == ("string", "1_000")


def test_where_and_what_to_do(tmp_path: Path) -> None:
    text = "services:\n  a:\n    image: x\n    command: [run, 1_000]\n"
    assert refusal(text, tmp_path).replace(str(tmp_path), "HERE") == (
        "HERE/compose.yml:4:20: error: Compose does not allow 1_000 here: expected a string\n"
        '  write it in quotes: "1_000"'
    )
