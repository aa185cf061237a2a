# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of a process, and what is refused of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.process.spec import parse
from tests.unit.module_utils.blame import attributes_at_fault, first_words

#: attributes -> how many have to run, in words
EXPECTED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "at least 1"),
    "count": ({"count": 2}, "2"),
    "count as a text": ({"count": "3"}, "3"),
    "min": ({"min": 2}, "at least 2"),
    "max": ({"max": 4}, "1 to 4"),
    "min and max": ({"min": 2, "max": 4}, "2 to 4"),
    "min and max are the same": ({"min": 2, "max": 2}, "2"),
    "none is enough": ({"min": 0, "max": 3}, "0 to 3"),
    "unset": ({"count": "", "min": None}, "at least 1"),
}

#: attributes -> the message
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a pattern for everything": (
        {"process": ".*", "match_mode": "pattern", "state": "stopped"},
        "process: the pattern '.*' matches every process; write one that contains the name of a"
        " program",
    ),
    "no name": ({"process": ""}, "process is missing or empty; add the name of the program"),
    "blanks": ({"process": "  "}, "process is missing or empty; add the name of the program"),
    "state": ({"state": "present"}, "state: 'present' is neither running nor stopped"),
    "mode": ({"match_mode": "glob"}, "match_mode: 'glob' is neither exact nor pattern"),
    "pattern": (
        {"process": "a(", "match_mode": "pattern"},
        "process: invalid regular expression 'a(': missing ), unterminated subpattern at position"
        " 1; correct it, or set match_mode: exact",
    ),
    "count and min": (
        {"count": 1, "min": 1},
        "count cannot be combined with min or max; keep count, or min and",
    ),
    "max below min": ({"min": 3, "max": 2}, "max: 2 is less than min, which is 3; correct one of"),
    "none at most": (
        {"max": 0},
        "max: 0 is less than min, which is 1; to run none, set state: stopped",
    ),
    "count 0": (
        {"count": 0},
        "count: invalid number of processes 0; to run none, set state: stopped",
    ),
    "negative": ({"min": -1}, "min: invalid number of processes -1; write 1 or more"),
    "no number": ({"count": "two"}, "count: 'two' is not an integer"),
    "signal": ({"state": "stopped", "signal": "TREM"}, "signal: unknown signal 'TREM'; did you"),
    "a signal that pauses": (
        {"state": "stopped", "signal": "SIGSTOP"},
        "signal: SIGSTOP does not end a process; write TERM, INT or KILL",
    ),
    "no duration": (
        {"state": "stopped", "kill_timeout": "soon"},
        "kill_timeout: 'soon' is not a duration; write seconds (90) or 30s, 5m, 1h",
    ),
    "signal for running": (
        {"signal": "HUP"},
        "signal requires state stopped, but state is running; remove signal, or set state: stopped",
    ),
    "count for stopped": (
        {"state": "stopped", "count": 1},
        "count requires state running, but state is stopped; remove count, or set state: running",
    ),
    **{
        f"{name} stopped": (
            {"process": name, "state": "stopped"},
            f"process: {name!r} must not be stopped: the machine would become unreachable; name"
            " another process",
        )
        for name in ("sshd", "init", "systemd", "/usr/sbin/sshd", "dropbear")
    },
}


@pytest.mark.parametrize(("attributes", "expected"), EXPECTED.values(), ids=EXPECTED)
def test_how_many_have_to_run(attributes: dict[str, Any], expected: str) -> None:
    assert parse({"process": "nginx", **attributes}).expected == expected


@pytest.mark.parametrize(("attributes", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse({"process": "nginx", **attributes})
    assert raised.value.message.startswith(message)
    assert attributes_at_fault(raised.value) == first_words(raised.value)


@pytest.mark.parametrize(
    ("signal", "number"), [("TERM", 15), ("SIGINT", 2), ("9", 9), (3, 3), ("usr1", 10)]
)
def test_signals(signal: Any, number: int) -> None:
    assert parse({"process": "x", "state": "stopped", "signal": signal}).signal == number
