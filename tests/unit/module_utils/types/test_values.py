# SPDX-License-Identifier: GPL-3.0-or-later
"""Strings that are read as lists, maps and lengths of time."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common import comma_strings, durations
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError

LISTS = [
    ("80:80, 443:443,", ["80:80", "443:443"]),
    (["a,b", "c"], ["a,b", "c"]),
    (80, ["80"]),
    (None, []),
    ("", []),
    ([], []),
]


@pytest.mark.parametrize(("value", "entries"), LISTS)
def test_list(value: Any, entries: list[str]) -> None:
    assert comma_strings.as_list(value) == entries


MOUNTS = [
    ("/a:/b:ro,z,data:/c", ["/a:/b:ro,z", "data:/c"]),
    ("/in", ["/in"]),
    ("./a:/b,~/c:/d", ["./a:/b", "~/c:/d"]),
]


@pytest.mark.parametrize(("value", "entries"), MOUNTS)
def test_mounts(value: Any, entries: list[str]) -> None:
    assert comma_strings.each(value, str, comma_strings.NEXT_MOUNT) == entries


MAPS = [
    ("A=1,B=2", {"A": "1", "B": "2"}),
    ("A=1,2,3,B=x=y", {"A": "1,2,3", "B": "x=y"}),
    ("URL=redis://h:1?a=b,OTHER=", {"URL": "redis://h:1?a=b", "OTHER": ""}),
    ({"A": 1, "B": True, "C": None}, {"A": "1", "B": "true", "C": ""}),
    (["A=1,B=2"], {"A": "1,B=2"}),
    (None, {}),
]


@pytest.mark.parametrize(("value", "pairs"), MAPS)
def test_map(value: Any, pairs: dict[str, str]) -> None:
    assert comma_strings.as_map(value, "env") == pairs


def test_what_is_no_pair_is_named() -> None:
    with pytest.raises(ResourceError, match="env: 'A' is not NAME=VALUE"):
        comma_strings.as_map("A", "env")


DURATIONS = [
    (90, 90), ("90", 90), ("30s", 30), ("5m", 300), ("1h", 3600), ("1m30s", 90), ("0.5", 0.5),
    ("250ms", 0.25), ("500us", 0.0005), ("500\u00b5s", 0.0005), ("500\u03bcs", 0.0005),
    ("100ns", 1e-7), ("1.5h", 5400), (".5s", 0.5), ("2.m", 120), ("1s500ms", 1.5),
]  # fmt: skip


@pytest.mark.parametrize(("value", "seconds"), DURATIONS)
def test_duration(value: Any, seconds: float) -> None:
    assert durations.seconds(value, "timeout") == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["soon", "5 m", "-1", "", True, "1m30", "s", ".", ".s", "5d"])
def test_no_duration(value: Any) -> None:
    with pytest.raises(ResourceError, match=r"timeout: .* not a duration"):
        durations.seconds(value, "timeout")
