# SPDX-License-Identifier: GPL-3.0-or-later
"""SARIF: what its readers need."""

from __future__ import annotations

from pathlib import Path

from vigo_bridge.language.diagnostics import CODES, Diagnostic
from vigo_bridge.language.position import Position
from vigo_bridge.report.sarif import as_sarif

FINDINGS = [
    Diagnostic("note", "older", Position("modules/ä b.vgo", 2, 3), "VB108", "write it anew"),
    Diagnostic("error", "it is wrong", Position("a.vgo", 4, 5), "VB104"),
    Diagnostic("warning", "nothing is there", None, "VB111"),
    Diagnostic("warning", "nothing uses it", Position("--set", 0, 0), "VB104"),
]


def test_results_with_their_rules_and_places() -> None:
    document = as_sarif(FINDINGS, Path("stacks"))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["VB104", "VB108", "VB111"]
    assert rules[0]["shortDescription"] == {"text": CODES["VB104"]}
    assert [
        (result["ruleId"], rules[result["ruleIndex"]]["id"], result["level"], result["message"])
        for result in run["results"]
    ] == [
        ("VB108", "VB108", "note", {"text": "older\nwrite it anew"}),
        ("VB104", "VB104", "error", {"text": "it is wrong"}),
        ("VB111", "VB111", "warning", {"text": "nothing is there"}),
        ("VB104", "VB104", "warning", {"text": "nothing uses it"}),
    ]
    assert run["results"][0]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "stacks/modules/%C3%A4%20b.vgo"},
                "region": {"startLine": 2, "startColumn": 3},
            }
        }
    ]
    assert ["locations" in result for result in run["results"]] == [True, True, False, False]


def test_an_absolute_folder_is_named_by_a_file_uri() -> None:
    (run,) = as_sarif(FINDINGS[:1], Path("/srv/stacks"))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "file:///srv/stacks/modules/%C3%A4%20b.vgo"


def test_a_name_that_is_no_text_is_named_by_its_bytes() -> None:
    finding = Diagnostic("error", "x", Position("a\udcff.vgo", 1, 1), "VB101")
    (run,) = as_sarif([finding], Path("stacks"))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "stacks/a%FF.vgo"


def test_no_findings() -> None:
    (run,) = as_sarif([], Path("stacks"))["runs"]
    assert run["results"] == []
