# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-playbook prints of a host's result."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils import playbook_output
from ansible_collections.vigo.bridge.plugins.plugin_utils.host_result import HostResult, parse

#: one resource of a result -> the lines for it
CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "as desired": ({"action": "none", "reason": ""}, []),
    "skipped by a guard": ({"action": "skipped", "reason": "unless: `x` holds"}, []),
    "skipped by a condition with such words": (
        {"action": "skipped", "reason": "when: command_succeeds('grep failed') failed"},
        [],
    ),
    "held back": (
        {"action": "skipped", "reason": "c/x failed", "failed_dependency": "c/x"},
        ["  skipped: [web1] c/a (c/x failed)"],
    ),
    "changed": (
        {"action": "updated", "reason": "mode 0600 -> 0644"},
        ["  updated: [web1] c/a (mode 0600 -> 0644)"],
    ),
    "no reason": ({"action": "created", "reason": ""}, ["  created: [web1] c/a"]),
    "failed": (
        {
            "action": "failed",
            "reason": "it broke\nbadly",
            "error": {"message": "x", "log": "1\n2\n"},
        },
        ["  failed: [web1] c/a (it broke)", "      badly", "      1", "      2"],
    ),
    "the end of a long log": (
        {
            "action": "failed",
            "reason": "x",
            "error": {"message": "x", "log": "\n".join(map(str, range(99)))},
        },
        ["  failed: [web1] c/a (x)", *(f"      {number}" for number in range(89, 99))],
    ),
}


def result_of(*resources: dict[str, Any]) -> HostResult:
    usual = {"type": "exec", "action": "none", "reason": ""}
    return parse({"resources": [{**usual, **resource} for resource in resources]})


@pytest.mark.parametrize(("resource", "expected"), CASES.values(), ids=CASES)
def test_lines(resource: dict[str, Any], expected: list[str]) -> None:
    assert playbook_output.lines("web1", result_of({"id": "c/a", **resource})) == expected


def test_diffs_have_the_name_of_their_resource() -> None:
    resources: list[dict[str, Any]] = [
        {"id": "c/none"},
        {"id": "c/a", "diff": {"before_header": "/a", "before": "1\n", "after": "2\n"}},
        {"id": "c/b", "diff": {"before": {"image": "x:1"}, "after": {"image": "x:2"}}},
        {"id": "c/c", "diff": {"before": "", "after": "", "prepared": "(not shown)\n"}},
    ]
    first, second, third = playbook_output.diffs(result_of(*resources))
    assert (first["before_header"], first["after"]) == ("c/a /a", "2\n")
    assert second["after"] == '{\n  "image": "x:2"\n}\n'
    assert third == {"prepared": "c/c: (not shown)\n"}


def test_a_failure_is_printed_without_what_went_well() -> None:
    failed = {
        "id": "c/b",
        "action": "failed",
        "error": {"message": "x", "log": "1\n" * 50 + "2\n" * 10},
    }
    (cut,) = playbook_output.failures(result_of({"id": "c/a"}, failed))
    assert cut["id"] == "c/b"
    assert cut["error"] == {"message": "x", "log": "2\n" * 10}
