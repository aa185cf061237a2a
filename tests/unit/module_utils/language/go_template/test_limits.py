# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile templates fail with an error, and large ordinary ones do not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template import limits
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    parse,
)
from tests.oracle.gotemplate.like_go import parse_go

_MANY = list(range(2000))
_LARGE = ["text " * 20] * 10_000
_WIDE = {str(number): number for number in range(10_000)}


@pytest.fixture
def fewer_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reduce the steps to a tenth, as the tests' values are a tenth of the limits."""
    monkeypatch.setattr(limits, "MAX_STEPS", limits.MAX_STEPS // 10)


def _shared_deeply() -> Any:
    value: Any = "x"
    for _ in range(40):
        value = [value, value]
    return value


def _endless() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def test_the_number_of_steps() -> None:
    turns = "{{range .}}{{end}}"
    assert parse_go(turns).render([0] * 900_000) == ""
    with pytest.raises(TemplateError, match="takes more than 1000000 steps"):
        parse_go(turns).render([0] * 1_100_000)


@pytest.mark.usefixtures("fewer_steps")
@pytest.mark.parametrize(
    ("template", "data", "message"),
    [
        ("{{if .}}" * 60 + "{{end}}" * 60, 1, "nested more than"),
        ("{{" + "(" * 60 + "1" + ")" * 60 + "}}", 1, "nested more than"),
        ('{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}', 1, "nested more than"),
        ("{{range .}}{{range $}}{{range $}}a{{end}}{{end}}{{end}}", _MANY, "steps"),
        ("{{range .}}{{range $}}{{$}}{{end}}{{end}}", _MANY, "steps"),
        ('{{$x := "aaaa"}}{{range .}}{{$x = print $x $x}}{{end}}', _MANY, "steps"),
        ('{{printf "' + "%1000000[1]d" * 100 + '" 1}}', 1, "MiB"),
        ("{{range .}}{{break}}{{end}}" * 2000, _WIDE, "steps"),
        ("{{.}}", _shared_deeply(), "steps"),
        ("{{print .}}", _shared_deeply(), "steps"),
    ],
)
def test_too_much(template: str, data: Any, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        parse_go(template).render(data)


@pytest.mark.usefixtures("fewer_steps")
@pytest.mark.parametrize(
    ("template", "value", "message"),
    [
        ('{{indent 100000000 "a"}}{{.Vars.x}}', 1, "MiB"),
        ("{{toJson .Vars.x}}", _shared_deeply(), "steps"),
        ("{{toYaml .Vars.x}}", _shared_deeply(), "steps"),
        ("{{toJson .Vars.x}}", _endless(), "steps"),
        ("{{.Vars.x}}", _endless(), "steps"),
        ('{{$s := printf "%9999d" 1}}{{replace " " $s $s | replace " " $s}}{{.Vars.x}}', 1, "MiB"),
    ],
)
def test_too_much_for_helpers(template: str, value: Any, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        parse(template).render({"Vars": {"x": value}, "Traits": {}})


@pytest.mark.usefixtures("fewer_steps")
@pytest.mark.parametrize(
    "action",
    [
        "print $.Vars.large",
        'printf "%d" $.Vars.large',
        'printf "%s%s%s%s" $.Vars.large "" "" ""',
        "js $.Vars.large",
        "toJson $.Vars.large",
        "toYaml $.Vars.large",
        'join "" $.Vars.large',
        "slice $.Vars.large",
        'eq $.Vars.text "x"',
        'contains "x" $.Vars.text',
        'split "e" $.Vars.text',
        'printf (print "%1" "00000d") 7',
        "indent 100000 (print 1)",
        'upper $.Vars.text | replace "x" "y"',
        "js $.Vars.text",
        "len $.Vars.text",
        "$.Vars.large",
    ],
)
def test_work_inside_functions_counts(action: str) -> None:
    """A loop that a rendering may take, over work that it may do, but not so often."""
    variables = {"turns": [0] * 10_000, "large": _LARGE, "text": "text " * 2_000}
    loop = f"{{{{range .Vars.turns}}}}{{{{{action}}}}}{{{{end}}}}"
    with pytest.raises(TemplateError, match="steps"):
        parse(loop).render({"Vars": variables, "Traits": {}})


@pytest.mark.parametrize(
    ("template", "length"),
    [
        ("{{.Vars.text}}", 1_000_000),
        ("{{.Vars.text | upper | indent 2 | trim}}", 1_000_000),
        ('{{range .Vars.names}}{{index $.Vars.table . | default "-"}}{{end}}', 10_000),
        ('{{range .Vars.names}}{{printf "%-9s" .}}{{end}}', 90_000),
        ('{{.Vars.names | join ","}}', 58_889),
    ],
)
def test_large_honest_templates(template: str, length: int) -> None:
    variables = {
        "text": "x" * 1_000_000,
        "names": [f"n{number}" for number in range(10_000)],
        "table": {"n-": "+"},
    }
    assert len(parse(template).render({"Vars": variables, "Traits": {}})) == length


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 8_000,
        "{{/*" * 8_000,
        '{{"' * 8_000,
        "{{`" * 7_999,
        "{{if .x}}" * 4_000,
        "{{if .x}}" * 4_000 + "{{end}}" * 4_000,
        "{{ it's }}" * 4_000,
        "{{define `a`}}" * 4_000,
        "{{.State}}\n" * 4_000,
    ],
)
def test_long_foreign_texts_stay(text: str) -> None:
    assert parse(text).render({"Vars": {}, "Traits": {}}) == text


def test_long_templates_of_ours() -> None:
    text = "{{$x := .Vars.x}}{{if $x}}{{$x}}{{end}}\n" * 5_000
    template = parse(text)
    assert template.render({"Vars": {"x": 1}, "Traits": {}}) == "1\n" * 5_000
    assert len(template.references()) == 5_000


def test_many_else_ifs() -> None:
    text = (
        "{{if eq . 0}}" + "".join(f"{{{{else if eq . {n}}}}}{n}" for n in range(1, 500)) + "{{end}}"
    )
    assert parse_go(text).render(499) == "499"


def test_references_of_an_endless_recursion() -> None:
    template = parse('{{define "d"}}{{template "d" .x}}{{end}}{{template "d" .Vars.m}}')
    assert ("Vars", "m") in {reference.chain for reference in template.references()}
    assert len(template.references()) < 20
