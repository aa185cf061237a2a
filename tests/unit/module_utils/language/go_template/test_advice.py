# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message about a template says what to do, in its advice or in the message itself."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    parse,
)
from tests.oracle.gotemplate.cases import Case, case_files, cases_in, recorded
from tests.oracle.gotemplate.like_go import parse_go

#: Parts of messages that are advice enough themselves.
ENOUGH = ("did you mean", ": want ", "stacks have no function values")


def _mistakes() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case.name}")
        for path in case_files()
        for answers in [recorded(path)]
        for case in cases_in(path)
        if answers[case.name].text is None
    ]


@pytest.mark.parametrize("case", _mistakes())
def test_something_can_be_done_about(case: Case) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_go(case.template).render(case.data)
    error = caught.value
    assert error.advice or any(part in error.message for part in ENOUGH)
    assert str(error).endswith(error.advice)


#: a template of a stack -> what to do about it
ADVICE = {
    "{{ .Vars.a": "add }} after it",
    "{{ .Vars.a[0] }}": "write index: {{ index .Vars.list 0 }}",
    "{{ if .Vars.a = 1 }}{{ end }}": "use eq to compare, := to set",
    "{{ .Vars.a=1 }}": "use eq to compare, := to set",
    "{{ .Vars.a + 1 }}": "write a number; expressions are not supported",
    "{{ range .Vars.list }}{{ $x }}{{ end }}": "define it first: {{ $name := value }}",
    "{{ .Vars.zzz }}": "correct the name, or define a default in 'vars:'",
    "{{ .Traits.zzz }}": "write a trait that exists, such as .Traits.os.family",
    "{{ .Vars.aa }}": "",  # The message says what was probably meant.
    "{{ .Vars.none }}": 'define a value, or append | default "..."',
    "{{ indent -1 .Vars.a }}": "use an integer, 0 or more",
    '{{ indent "1" .Vars.a }}': "use an integer; convert a string with `int`",
    "{{ toJson .Vars.infinite }}": "use a finite number",
    '{{ printf "%p" .Vars.list }}': "write %v",
    "{{ .Vars.python }}": "use only strings, numbers, lists and mappings",
    "{{ indent 99999999 .Vars.a }}": "simplify it",
    '{{ define "d" }}{{ template "d" . }}{{ end }}{{ template "d" .Vars.a }}': ("simplify it"),
    "{{ .Vars.a.x }}": "use a key of a mapping",
    '{{ eq .Vars.a "b" .Vars.list }}': (
        "compare values of the same type: convert them with `int` or `print`"
    ),
    "{{ eq .Vars.a }}": "write a second value",
}

_VARIABLES = {"a": "text", "none": None, "list": [1], "infinite": float("inf"), "python": object()}


@pytest.mark.parametrize(("template", "what_to_do"), ADVICE.items())
def test_advice(template: str, what_to_do: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(template).render({"Vars": _VARIABLES, "Traits": {}})
    assert caught.value.advice == what_to_do
