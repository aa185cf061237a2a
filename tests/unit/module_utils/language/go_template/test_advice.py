# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message about a template says what to do, beside or by what it says."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.advice import advice
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    parse_go,
)
from tests.oracle.gotemplate.cases import Case, case_files, cases_in, recorded

#: Parts of messages that are advice enough themselves.
ENOUGH = ("did you mean", ": want ", "no value of a stack is one")


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


#: message -> what to do about it
ADVICE = {
    "unclosed action": "write }} behind it",
    "bad character '['": "write index: {{ index .Vars.list 0 }}",
    'unexpected "=" in if': "write eq to compare, := to set",
    'illegal number syntax: "+"': "write a number; templates do not calculate",
    'undefined variable "$x"': "set it before: {{ $name := value }}",
    "undefined variable .Vars.x": "correct it, or give it a default in 'vars:'",
    "undefined variable .Vars.x; did you mean .Vars.y?": "",
    "the value is null, so there is nothing to show": (
        'give it a value, or write | default "..." behind it'
    ),
    "cannot indent by -1": "give it a whole number from 0 on",
    "JSON has no infinite numbers": "give it an ordinary number",
    "%p is not supported: values have no addresses": "write %v",
    "can't use a value of the type set": "give it texts, numbers, lists and mappings only",
    "the text grows beyond 16 MiB": "write it simpler",
    "blocks and templates nested more than 100 deep": "write it simpler",
    "can't evaluate field x in type string": "name a key of a mapping",
}


@pytest.mark.parametrize(("message", "what_to_do"), ADVICE.items())
def test_advice(message: str, what_to_do: str) -> None:
    assert advice(message) == what_to_do
