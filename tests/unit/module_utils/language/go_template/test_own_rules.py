# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for templates in stacks: what is ours, what stays, what is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import parse
from tests.yaml_files import read_yaml

_TABLES = Path(__file__).with_name("own")


def _table(name: str) -> list[Any]:
    content = read_yaml(_TABLES / f"{name}.yaml")
    namespaces = content.get("namespaces", {})
    return [pytest.param(case, namespaces, id=case["name"]) for case in content["cases"]]


def _render(case: dict[str, Any], namespaces: dict[str, Any]) -> str:
    foreach = case.get("foreach", False)
    given = {k: v for k, v in namespaces.items() if foreach or k != "Item"}
    return parse(case["template"], foreach).render(given)


@pytest.mark.parametrize(("case", "_namespaces"), _table("verbatim"))
def test_verbatim(case: dict[str, Any], _namespaces: dict[str, Any]) -> None:
    template = parse(case["template"])
    assert template.is_plain
    assert template.render({"Vars": {}, "Traits": {}}) == case["template"]
    assert len(template.foreign) == case.get("foreign", 1)
    for span in template.foreign:
        assert span.text == case["template"][span.start : span.end]


_CLOSED = [case for case in _table("verbatim") if not case.values[0].get("unclosed")]


@pytest.mark.parametrize(("case", "_namespaces"), _CLOSED)
def test_verbatim_beside_ours(case: dict[str, Any], _namespaces: dict[str, Any]) -> None:
    text = f"{{{{.Vars.x}}}}{case['template']}\n{{{{.Vars.x}}}}"
    assert parse(text).render({"Vars": {"x": 1}, "Traits": {}}) == f"1{case['template']}\n1"


@pytest.mark.parametrize(("case", "namespaces"), _table("ours"))
def test_ours(case: dict[str, Any], namespaces: dict[str, Any]) -> None:
    assert _render(case, namespaces) == case["result"]


@pytest.mark.parametrize(("case", "namespaces"), _table("errors"))
def test_errors(case: dict[str, Any], namespaces: dict[str, Any]) -> None:
    with pytest.raises(TemplateError) as caught:
        _render(case, namespaces)
    error = caught.value
    assert case["says"] in error.message
    assert f"{error.line}:{error.column}" == case["at"]
    assert error.suggestion == case.get("meant", "")
    assert error.suggestion in error.message


@pytest.mark.parametrize(("case", "namespaces"), _table("helpers"))
def test_helpers(case: dict[str, Any], namespaces: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(TemplateError) as caught:
            _render(case, namespaces)
        assert case["error"] in caught.value.message
    else:
        assert _render(case, namespaces) == case["result"]


@pytest.mark.parametrize(("case", "_namespaces"), _table("references"))
def test_references(case: dict[str, Any], _namespaces: dict[str, Any]) -> None:
    template = parse(case["template"], case.get("foreach", False))
    found = [[".".join(r.chain), *r.functions] for r in template.references()]
    assert found == case["references"]
