# SPDX-License-Identifier: GPL-3.0-or-later
"""How the difference of a resource is named, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.watch.states.differences import (
    LONGEST,
    MOST,
    Difference,
    change_text,
    differences,
    signature,
)

#: A diff -> the field, the old and the new value of each difference.
DIFFS: dict[str, tuple[Mapping[str, Any] | None, list[tuple[str, str, str]]]] = {
    "no diff": (None, []),
    "nothing": ({"before": {}, "after": {}}, []),
    "a setting": (
        {"before": {"image": "redis:7"}, "after": {"image": "redis:8"}},
        [("image", "redis:7", "redis:8")],
    ),
    "settings that are equal": (
        {"before": {"image": "a", "init": True}, "after": {"image": "a", "init": False}},
        [("init", "true", "false")],
    ),
    "a setting that is new": (
        {"before": {}, "after": {"memory": 64}},
        [("memory", "", "64")],
    ),
    "an entry of a setting": (
        {
            "before": {"labels": {"tier": "web", "x": "1"}},
            "after": {"labels": {"tier": "db", "x": "1"}},
        },
        [("labels.tier", "web", "db")],
    ),
    "all entries of a setting": (
        {"before": {}, "after": {"env": {"A": "1", "B": "2"}}},
        [("env.A", "", "1"), ("env.B", "", "2")],
    ),
    "a list": (
        {"before": {"ports": ["80"]}, "after": {"ports": ["80", "81"]}},
        [("ports", '["80"]', '["80", "81"]')],
    ),
    "a file": (
        {"after_header": "/etc/motd", "before": "a\nb\nc\n", "after": "a\nB\nc\n"},
        [("/etc/motd", "b", "B")],
    ),
    "a file that is missing": (
        {"after_header": "/etc/motd", "before": "", "after": "hello\n"},
        [("/etc/motd", "", "hello")],
    ),
    "a line that is missing": (
        {"before": "a\nc\n", "after": "a\nb\nc\n"},
        [("content", "", "b")],
    ),
    "a file whose content is not shown": (
        {"before": "", "after": "", "prepared": "(not shown: the content holds secrets)\n"},
        [("content", *("(not shown: the content holds secrets)",) * 2)],
    ),
    "a diff that a module prepared": ({"prepared": "-a\n+b\n"}, [("content", "-a\n+b", "-a\n+b")]),
    "other values": ({"before": [1], "after": [2]}, [("content", "[1]", "[2]")]),
    "a value that is missing": ({"before": "a\n"}, [("content", "a", "")]),
}


@pytest.mark.parametrize(("diff", "expected"), DIFFS.values(), ids=DIFFS)
def test_the_fields_that_differ(
    diff: Mapping[str, Any] | None, expected: list[tuple[str, str, str]]
) -> None:
    found = differences(Result("site/page", "file", "updated", diff=diff))
    assert [(one.field, one.old, one.new) for one in found] == expected


def test_what_is_kept_is_bounded() -> None:
    many = {str(number): "x" * 10_000 for number in range(1000)}
    found = differences(Result("a/b", "c", "updated", diff={"before": {}, "after": many}))
    assert len(found) == MOST
    assert {len(one.new) for one in found} == {LONGEST}
    text = "\n".join(many)
    (one,) = differences(Result("a/b", "c", "updated", diff={"before": "", "after": text}))
    assert len(one.new) == LONGEST


def test_a_signature_changes_with_the_difference_alone() -> None:
    one = Result("a/b", "exec", "ran", "it ran", output="10:00", duration_s=1)
    assert signature(one) == signature(Result("a/b", "exec", "ran", "it ran", output="10:05"))
    assert signature(one) != signature(Result("a/b", "exec", "ran", "it ran again"))
    long = "x" * 1000
    diffs = [{"before": f"{long}{end}", "after": long} for end in "ab"]
    assert len({signature(Result("a/b", "c", "updated", diff=diff)) for diff in diffs}) == 2


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("redis:7", "redis:8", "redis:7 -> redis:8"),
        ("", "web", "(nothing) -> web"),
        ("web", "", "web -> (nothing)"),
        ("(not shown)", "(not shown)", "(not shown)"),
    ],
)
def test_a_change_as_text(old: str, new: str, text: str) -> None:
    assert change_text(Difference("image", old, new), str) == text
