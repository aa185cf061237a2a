# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands of generated templates, rendered by Go and by our interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from tests.oracle.gotemplate.grammar import DATA, EXPRESSIONS, FORMATTED, TEMPLATES
from tests.oracle.gotemplate.like_go import parse_go
from tests.oracle.gotemplate.oracle import GoOracle, has_go

pytestmark = [pytest.mark.sweep, pytest.mark.skipif(not has_go(), reason="Go is not installed")]

_many = settings(
    max_examples=4000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="module")
def go() -> Iterator[GoOracle]:
    with GoOracle() as oracle:
        yield oracle


@_many
@given(template=TEMPLATES, data=DATA)
def test_templates(go: GoOracle, template: str, data: Any) -> None:
    _compare(go, template, data)


@_many
@given(template=EXPRESSIONS, data=DATA)
def test_expressions(go: GoOracle, template: str, data: Any) -> None:
    _compare(go, template, data)


@_many
@given(template=FORMATTED, data=DATA)
def test_printf(go: GoOracle, template: str, data: Any) -> None:
    _compare(go, template, data)


def _compare(go: GoOracle, template: str, data: Any) -> None:
    expected = go.ask(template, data)
    try:
        text, stage = parse_go(template).render(data), ""
    except TemplateError as error:
        text, stage = None, error.stage
    assert (text, stage) == (expected.text, expected.stage), expected.error
