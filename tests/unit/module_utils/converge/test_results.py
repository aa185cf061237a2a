# SPDX-License-Identifier: GPL-3.0-or-later
"""The combined result of a resource that was applied in both passes."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import parse_resources
from ansible_collections.vigo.bridge.plugins.module_utils.converge.results import (
    merged,
    skipped,
    unknown,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result

(RESOURCE,) = parse_resources([{"id": "a/x", "type": "exec", "command": "true"}])


def result(action: str, reason: str, duration: float) -> Result:
    return Result("a/x", "exec", action, reason, duration_s=duration)


#: action in the main pass -> action in the closing pass -> action, reason and duration of both
MERGED = [
    ("none", "updated", "updated", "second", 2),
    ("skipped", "ran", "ran", "second", 2),
    ("failed", "none", "none", "second", 2),
    ("created", "none", "created", "first", 3),
    ("created", "skipped", "created", "first", 3),
    ("updated", "restarted", "restarted", "updated: first; second", 3),
    ("updated", "failed", "failed", "updated: first; second", 3),
    ("ran", "unknown", "ran", "first", 3),
    ("ran", "ran", "ran", "ran: first; second", 3),
    ("unknown", "updated", "unknown", "first", 1),
    ("updated", "unknown", "unknown", "second", 2),
    ("unknown", "unknown", "unknown", "first", 1),
    ("unknown", "none", "unknown", "first", 1),
    ("unknown", "ran", "ran", "unknown: first; second", 3),
]


@pytest.mark.parametrize(("earlier", "later", "action", "reason", "duration"), MERGED)
def test_merged(earlier: str, later: str, action: str, reason: str, duration: float) -> None:
    both = merged(result(earlier, "first", 1), result(later, "second", 2))
    assert both == result(action, reason, duration)


def test_one_turn_alone() -> None:
    assert merged(None, result("none", "", 2)) == result("none", "", 2)


def test_a_second_result_without_a_reason() -> None:
    both = merged(result("updated", "first", 1), result("restarted", "", 2))
    assert both == result("restarted", "updated: first", 3)


def test_results_of_resources_without_a_turn() -> None:
    assert unknown(RESOURCE, "why") == Result("a/x", "exec", "unknown", "why")
    assert skipped(RESOURCE, "why") == Result("a/x", "exec", "skipped", "why")
    assert skipped(RESOURCE, "why", "a/y") == Result(
        "a/x", "exec", "skipped", "why", failed_dependency="a/y"
    )
