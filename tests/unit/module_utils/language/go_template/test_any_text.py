# SPDX-License-Identifier: GPL-3.0-or-later
"""For any input, there is a text or an error with its position."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.functions import (
    FUNCTIONS,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import parse
from tests.oracle.gotemplate.grammar import KEYS, VALUES
from tests.properties import examples

_FOREIGN = (
    *("{{", "}}", "{{", "}}", "{{- ", " -}}", "{{.State}}", "{{if .x}}", "{{range .x}}", "{{end}}"),
    *(
        "{{else}}",
        "{{else if .y}}",
        "{{break}}",
        '{{define "a"}}',
        '{{template "a" .}}',
        "{{json .}}",
    ),
    *(" ", "\n", "text", ".State", "$y", "|", "nope", "(", ")", "{", "}", ",", "="),
)
_OURS = (
    *("{{.Vars.x}}", "{{.Vars.x -}}", "{{- .Vars.x}}", "{{if .Vars.x}}", "{{range .Vars.l}}"),
    *("{{with .Vars.x}}", "{{$v := .Vars.x}}", "{{$v}}", "{{.}}", '{{template "a" .Vars.x}}'),
    *('{{block "b" .Vars.l}}', "{{/* c */}}", '"', "/*", "*/", "1", "print", ":=", ".Vars.l", "$v"),
)
_FOREIGN_TEXTS = st.lists(st.sampled_from(_FOREIGN), max_size=12).map("".join)
_TEXTS = st.lists(st.sampled_from(_FOREIGN + _OURS), max_size=14).map("".join)
_NAMESPACES = {"Vars": {"x": 1, "l": ["a", "b"]}, "Traits": {}}


def _renders_or_complains(text: str) -> None:
    complaint = None
    try:
        template = parse(text)
        template.references()
        rendered = template.render(_NAMESPACES)
    except TemplateError as error:
        complaint = error
    if complaint is not None:
        lines = text.split("\n")
        assert 0 <= complaint.offset <= len(text)
        assert 1 <= complaint.column <= len(lines[complaint.line - 1]) + 1
        return
    assert rendered == text or not template.is_plain
    for span in template.foreign:
        assert span.text == text[span.start : span.end]


@settings(max_examples=examples(100))
@given(text=_TEXTS)
def test_no_other_errors(text: str) -> None:
    _renders_or_complains(text)


@settings(max_examples=examples(100))
@given(text=_FOREIGN_TEXTS)
def test_foreign_texts_stay(text: str) -> None:
    assert parse(text).render(_NAMESPACES) == text


@settings(max_examples=examples(100))
@given(
    name=st.sampled_from(sorted(FUNCTIONS)),
    arguments=st.lists(st.sampled_from(KEYS), max_size=4),
    data=st.fixed_dictionaries(dict.fromkeys(KEYS, VALUES)),
)
def test_functions_of_anything(name: str, arguments: list[str], data: dict[str, Any]) -> None:
    operands = "".join(f" .Vars.{key}" for key in arguments)
    with contextlib.suppress(TemplateError):
        parse(f"{{{{.Vars.a | {name}{operands}}}}}").render({"Vars": data, "Traits": {}})


@pytest.mark.sweep
@settings(max_examples=20_000, deadline=None)
@given(text=_TEXTS)
def test_no_other_errors_at_length(text: str) -> None:
    _renders_or_complains(text)


@pytest.mark.sweep
@settings(max_examples=20_000, deadline=None)
@given(text=_FOREIGN_TEXTS)
def test_foreign_texts_stay_at_length(text: str) -> None:
    assert parse(text).render(_NAMESPACES) == text
