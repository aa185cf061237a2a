# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host returns of its logs is read as types, or refused."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from ansible_collections.vigo.bridge.plugins.plugin_utils.log_page import LogLine, unpacked

_LINE = [1, "web", "w/web", "stdout", "text\udcff", False]
_PAGE: dict[str, Any] = {
    "lines": [_LINE],
    "problems": {"db": "no log"},
    "now": 5,
    "complete_until": 4,
    "more": False,
    "cursor": {"version": 1, "containers": {"0f": {}, "1e": {}}},
}


def packed(content: Any) -> str:
    return base64.b64encode(zlib.compress(json.dumps(content).encode())).decode()


def test_a_page() -> None:
    page = unpacked(packed(_PAGE))
    assert page.lines == (LogLine(1, "web", "w/web", "stdout", "text\udcff"),)
    assert (page.problems, page.now, page.complete_until) == ({"db": "no log"}, 5, 4)
    assert page.containers == 2


#: what a host returns instead -> the expected message
BAD: dict[str, tuple[Any, str]] = {
    "nothing": (None, "cannot be decoded"),
    "not base64": ("%%%", "cannot be decoded"),
    "not compressed": (base64.b64encode(b"{}").decode(), "cannot be decoded"),
    "not JSON": (base64.b64encode(zlib.compress(b"{")).decode(), "cannot be decoded"),
    "a list": (packed([]), "it must be a mapping"),
    "much from little": (
        base64.b64encode(zlib.compress(b" " * (33 * 1024 * 1024))).decode(),
        "larger than 32 MiB",
    ),
    **{
        f"without {name}": (packed({key: _PAGE[key] for key in _PAGE if key != name}), name)
        for name in _PAGE
    },
    "lines that are no list": (packed({**_PAGE, "lines": {}}), "lines must be a list"),
    "a short line": (packed({**_PAGE, "lines": [_LINE[:3]]}), r"lines\[0\] is not a line"),
    "a line with a number": (
        packed({**_PAGE, "lines": [[1, "web", "w", "stdout", 7, False]]}),
        r"lines\[0\] is not a line",
    ),
    **{
        f"a line of the time {time}": (
            packed({**_PAGE, "lines": [[time, "web", "w", "stdout", "", False]]}),
            r"lines\[0\] has an invalid time",
        )
        for time in (-1, 2**64 + 1, 10**40)
    },
    "half a character": (
        packed({**_PAGE, "lines": [[1, "web", "w", "stdout", "\ud800", False]]}),
        r"lines\[0\] is not text",
    ),
    "a cursor without containers": (
        packed({**_PAGE, "cursor": {}}),
        "cursor.containers|containers",
    ),
    "a time that is a text": (packed({**_PAGE, "now": "5"}), "now must be an integer"),
}


@pytest.mark.parametrize(("returned", "told"), BAD.values(), ids=BAD)
def test_bad_pages(returned: Any, told: str) -> None:
    with pytest.raises(InvalidData, match=told):
        unpacked(returned)
