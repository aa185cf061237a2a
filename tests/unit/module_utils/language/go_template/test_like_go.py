# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-written templates, compared with recorded results of Go."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from tests.oracle.gotemplate.cases import Case, case_files, cases_in, recorded
from tests.oracle.gotemplate.like_go import parse_go
from tests.oracle.gotemplate.oracle import Answer

# Where our words differ from Go's: ours say the same in terms that a reader of a stack knows.
_SAME_MEANING = [
    (r"unexpected EOF", r".* has no \{\{end\}\}"),
    (r"unexpected <if> in input", r"\{\{else if\}\} belongs to if.*"),
    (r"unexpected [<\"].*", r"unexpected .*"),
    (r"unexpected \. after term .*", r"unexpected \. after a literal or dot"),
    (r"bad character U\+\w+ ('.')", r"bad character '.'"),
    (r"can't give argument to non-function .*", r"can't give argument to non-function"),
    (r"can't evaluate field (\w+) in type interface \{\}", r"can't evaluate field \w+ in type .*"),
    (r"range can't iterate over .*", r"range can't iterate over a value of type .*"),
    (r"(template: )?multiple definition of template (.*)", r"multiple definition of template .*"),
    (r"function (\"\w+\") not defined", r"function \"\w+\" not defined(; did you mean \w+\?)?"),
    (r"(in)?(compatible|valid) types? for comparison", r"in(compatible|valid) types? for compar.*"),
    (r"non-comparable types? .*", r"non-comparable type .*"),
    (r"reflect: (slice|string) index out of range", r"index out of range: \d+"),
    (r"reflect: call of reflect.Value.Type on zero Value|len of nil pointer", r"len of type <nil>"),
    (r"invalid syntax", r"invalid syntax: .*"),
    (r"non-function of type string|call of nil", r"call requires a function.*"),
    (r"wrong type for value; expected string; got interface \{\}", r"invalid value; .*"),
    (r"expected :=|undefined variable .*", r"expected :="),
]


def _cases() -> list[Any]:
    return [
        pytest.param(case, answers[case.name], id=f"{path.stem}: {case.name}")
        for path in case_files()
        for answers in [recorded(path)]
        for case in cases_in(path)
    ]


@pytest.mark.parametrize(("case", "go"), _cases())
def test_case(case: Case, go: Answer) -> None:
    if go.text is not None:
        assert parse_go(case.template).render(case.data) == go.text
        return
    with pytest.raises(TemplateError) as caught:
        parse_go(case.template).render(case.data)
    assert caught.value.stage == go.stage
    assert _means(go.error, caught.value.message)


def _means(go_message: str, message: str) -> bool:
    """Return whether our message says what Go's does."""
    core = re.sub(r"^error calling \w+: ", "", go_message)
    return message == core or any(
        re.fullmatch(go_form, core) and re.fullmatch(form, message)
        for go_form, form in _SAME_MEANING
    )
